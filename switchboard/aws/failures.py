"""Errors as they may be logged."""

from botocore.exceptions import ClientError

from switchboard.errors import SwitchboardError


def describe(error: BaseException) -> dict[str, str]:
    """What may be logged of an error: its kind and where it arose.

    Its message only if it is ours or a code of AWS's: other libraries put what they were given into theirs, and that
    is what customers wrote (promise 10).
    """
    told = {"error": type(error).__name__}
    if isinstance(error, SwitchboardError):
        told["reason"] = str(error)
    if isinstance(error, ClientError):
        told["reason"] = f"{error.operation_name}: {error.response['Error'].get('Code', 'unknown')}"
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace:
        told["where"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return told
