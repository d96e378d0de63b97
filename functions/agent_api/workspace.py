"""The agents' API: what a console needs to know to offer choices, and who one's colleagues are."""

from functions.agent_api import workspace_views as views
from functions.agent_api.operations import operation
from functions.agent_api.views import TeamQuery
from switchboard import wiring
from switchboard.flows import floor, workspace
from switchboard.flows.desk import Caller


@operation("GET", "/workspace")
def get_workspace(who: Caller) -> views.WorkspaceView:
    """What there is to choose from: queues, accounts, priorities, skills, tiers; who one is, how long things take."""
    found = workspace.workspace(who, wiring.board())
    return views.WorkspaceView.made(found, wiring.policy(), wiring.setting("STAGE"))


@operation("GET", "/colleagues")
def get_colleagues(who: Caller, asked: TeamQuery) -> views.ColleaguesView:
    """Whoever is in one of the caller's queues, themselves included, page by page; a lead's are all."""
    return views.ColleaguesView.of(floor.colleagues(who, asked.cursor, asked.limit, wiring.board()))
