/** Marks a conversation as read once somebody really looks at it: the tab is seen, and the newest message is. */
import { useEffect, useState } from "preact/hooks";
import type { Timeline } from "../../api/types";
import type { Story } from "../../store/timelines";
import { take } from "../act";

/** Whoever passes by with the arrow keys has not read. */
const A_LOOK = 800;

export function useReading(story: Story, shown: Timeline, isAtEnd: boolean): void {
  const isSeen = useVisible();
  const newest = shown.messages.at(-1)?.message_id;
  useEffect(() => {
    if (!newest || !shown.unread || !isAtEnd || !isSeen || story.isKeptUnread) return;
    const timer = setTimeout(() => void markRead(story), A_LOOK);
    return () => clearTimeout(timer);
  }, [story, shown.unread, isAtEnd, isSeen, newest]);
}

async function markRead(story: Story): Promise<void> {
  try {
    const read = await story.markRead();
    if (read) take(read);
  } catch {
    // it stays unread, and is marked when it is looked at again
  }
}

function useVisible(): boolean {
  const [isVisible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isVisible;
}
