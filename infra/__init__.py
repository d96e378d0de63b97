"""The cloud as code: one CDK app, deployed the same to AWS and to the embedded AWS of a laptop."""
