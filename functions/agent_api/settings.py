"""The agents' API: what leads decide beside the policy. The team, rosters, and who changed what."""

from functions.agent_api import settings_views as views
from functions.agent_api.edge import Tag
from functions.agent_api.operations import Made, operation
from switchboard import wiring
from switchboard.flows import audit, rosters, team
from switchboard.flows.desk import Caller


@operation("GET", "/settings/agents", leads=True)
def get_people(asked: views.PeopleQuery) -> views.TeamMembersView:
    """Everybody who can sign in, page by page: in the team, invited, or not in it yet or any more."""
    return views.TeamMembersView.of(team.people(asked.cursor, asked.limit, wiring.personnel()))


@operation("POST", "/settings/agents", leads=True)
def post_invite(who: Caller, said: views.InviteBody) -> Made[views.TeamMemberView]:
    """Bring somebody into the team: they are mailed how to sign in, and anew if they have not done so yet."""
    member, is_new = team.invite(who, said.email, said.duties, wiring.personnel())
    return Made(views.TeamMemberView.of(member), is_new)


@operation("GET", "/settings/agents/{agent_id}", leads=True)
def get_member(agent_id: str) -> views.TeamMemberView:
    """Somebody, and what is decided of them."""
    return views.TeamMemberView.of(team.member(agent_id, wiring.personnel()))


@operation("PUT", "/settings/agents/{agent_id}", leads=True)
def put_member(who: Caller, agent_id: str, seen: Tag, said: views.TeamMemberBody) -> views.TeamMemberView:
    """Replace what is decided of somebody, who joins the team by it. What they hold stays; more room is filled."""
    return views.TeamMemberView.of(team.change(who, agent_id, said.duties, seen, wiring.personnel()))


@operation("DELETE", "/settings/agents/{agent_id}", leads=True)
def delete_member(who: Caller, agent_id: str, seen: Tag) -> views.TeamMemberView:
    """Take somebody out of the team: signed out for good, and what they hold goes to the next ones."""
    return views.TeamMemberView.of(team.remove(who, agent_id, seen, wiring.personnel()))


@operation("GET", "/settings/queues", leads=True)
def get_queue_settings() -> views.QueuesSettingsView:
    """All queues as the policy has them; who is in one is at `/queues/{queue}/agents`."""
    policy = wiring.policy()
    named = policy.queues.items()
    items = (views.QueueSettingsView.made(name, queue, policy.hours_of(name).zone) for name, queue in named)
    return views.QueuesSettingsView(items=tuple(items))


@operation("PUT", "/settings/queues/{queue}/agents/{agent_id}", leads=True)
def put_queue_member(who: Caller, queue: str, agent_id: str) -> views.TeamMemberView:
    """Have somebody of the team answer in a queue, too."""
    return views.TeamMemberView.of(team.join_queue(who, agent_id, queue, wiring.personnel()))


@operation("DELETE", "/settings/queues/{queue}/agents/{agent_id}", leads=True)
def delete_queue_member(who: Caller, queue: str, agent_id: str) -> views.TeamMemberView:
    """Have somebody not answer in a queue any more. What they hold of it stays theirs."""
    return views.TeamMemberView.of(team.leave_queue(who, agent_id, queue, wiring.personnel()))


@operation("GET", "/settings/rosters/{queue}", leads=True)
def get_roster(queue: str) -> views.RosterView:
    """Who is planned to be there in a queue."""
    return views.RosterView.of(rosters.plan(queue, wiring.board(), wiring.team_settings()))


@operation("PUT", "/settings/rosters/{queue}", leads=True)
def put_roster(who: Caller, queue: str, seen: Tag, said: views.RosterBody) -> views.RosterView:
    """Give a queue a roster in place of the policy's: promises are made from it at once."""
    plan = rosters.replan(who, queue, said.duties, seen, wiring.board(), wiring.team_settings())
    return views.RosterView.of(plan)


@operation("DELETE", "/settings/rosters/{queue}", leads=True)
def delete_roster(who: Caller, queue: str, seen: Tag) -> views.RosterView:
    """Go back to the policy's."""
    return views.RosterView.of(rosters.replan(who, queue, None, seen, wiring.board(), wiring.team_settings()))


@operation("GET", "/settings/audit", leads=True)
def get_audit(asked: views.AuditQuery) -> views.AuditView:
    """Who changed which of these settings, when, and what from and to: the newest first, for 400 days."""
    return views.AuditView.of(audit.history(asked.cursor, asked.limit, wiring.team_settings()))
