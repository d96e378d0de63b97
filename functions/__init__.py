"""Entry points, one folder per Lambda function: parse the AWS event, call one flow, return."""
