/** Somebody of the team: who they are, what they answer and how much at once; inviting and removing them. */
import { useMemo, useState } from "preact/hooks";
import type { Member } from "../api/types";
import { desk } from "../desk";
import { lead } from "../i18n/lead";
import { go } from "../router";
import { useResource } from "../store/resource";
import { Confirm } from "../ui/dialog";
import { Panel } from "../ui/room";
import { tell, tellError } from "../ui/toast";
import { BackLink } from "./back";
import { closeEdit, editOf, type Source } from "./edit";
import { EditForm } from "./edit-form";
import { dutiesIn, FIELDS, heldBy, NOBODY, type Person, personOf } from "./person";
import { PersonFields, personShown } from "./person-fields";

export function MemberForm({ agentId }: { agentId: string }) {
  const texts = lead.value.settings.people;
  const subject = `people/${agentId}`;
  const edit = useMemo(() => editOf(subject, () => memberSource(agentId)), [subject, agentId]);
  const [isRemoving, setRemoving] = useState(false);
  const name = edit.value.value?.name ?? "";
  return (
    <Panel title={name || texts.name} aside={<BackLink section="people" />}>
      <EditForm
        edit={edit}
        place={["settings", "people", agentId]}
        nameOf={(field) => texts[field]}
        show={personShown}
        buttons={
          <button type="button" class="danger" onClick={() => setRemoving(true)}>
            {texts.remove}
          </button>
        }
      >
        {(person) => (
          <PersonFields person={person} errors={edit.errors.value.fields} onChange={(part) => edit.change(part)} />
        )}
      </EditForm>
      {isRemoving && <Remove agentId={agentId} subject={subject} onClose={() => setRemoving(false)} />}
    </Panel>
  );
}

function memberSource(agentId: string): Source<Person> {
  const path = { agent_id: agentId };
  const versionOf = (member: Member) => ({ value: personOf(member), etag: member.etag });
  return {
    fields: FIELDS,
    read: async () => versionOf(await desk().api("GET", "/settings/agents/{agent_id}", { path })),
    write: async (person, ifMatch) =>
      versionOf(await desk().api("PUT", "/settings/agents/{agent_id}", { path, body: dutiesIn(person), ifMatch })),
  };
}

export function Invite() {
  const texts = lead.value.settings.people;
  const edit = useMemo(() => editOf("people/new", () => inviteSource()), []);
  return (
    <Panel title={texts.invite} aside={<BackLink section="people" />}>
      <EditForm
        edit={edit}
        place={["settings", "people", "new"]}
        nameOf={(field) => texts[field]}
        show={personShown}
        saveText={texts.sendInvite}
        savedText={texts.invited}
        onSaved={() => {
          closeEdit("people/new");
          go("settings", "people");
        }}
      >
        {(person) => (
          <PersonFields
            person={person}
            isNew
            errors={edit.errors.value.fields}
            onChange={(part) => edit.change(part)}
          />
        )}
      </EditForm>
    </Panel>
  );
}

function inviteSource(): Source<Person> {
  return {
    fields: FIELDS,
    read: async () => ({ value: NOBODY, etag: undefined }),
    write: async (person) => {
      const member = await desk().api("POST", "/settings/agents", {
        body: { ...dutiesIn(person), email: person.email.trim() },
      });
      return { value: personOf(member), etag: member.etag };
    },
  };
}

interface RemoveProps {
  readonly agentId: string;
  readonly subject: string;
  readonly onClose: () => void;
}

/** What happens to their work is said before, as it is at this moment. */
function Remove({ agentId, subject, onClose }: RemoveProps) {
  const texts = lead.value.settings.people;
  const path = { agent_id: agentId };
  const known = useResource(() => desk().api("GET", "/settings/agents/{agent_id}", { path }), agentId);
  const [isBusy, setBusy] = useState(false);
  const member = known.value.value;
  const remove = async () => {
    if (!member) return;
    setBusy(true);
    try {
      await desk().api("DELETE", "/settings/agents/{agent_id}", { path, ifMatch: member.etag });
      closeEdit(subject);
      tell(texts.removed(member.name));
      onClose();
      go("settings", "people");
    } catch (error) {
      tellError(error);
      await known.reload();
      setBusy(false);
    }
  };
  return (
    <Confirm
      title={texts.removeTitle(member?.name ?? "")}
      act={texts.remove}
      isBusy={isBusy || !member}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      <p>{texts.removeAccess}</p>
      {member && <p>{heldBy(member) ? texts.removeWork(heldBy(member)) : texts.removeNothing}</p>}
    </Confirm>
  );
}
