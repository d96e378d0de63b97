/** The floor: all queues, or one. */
import "./floor.css";
import { here } from "../router";
import { Overview } from "./overview";
import { QueuePlace } from "./queue";

export default function FloorPage() {
  const [, queue] = here.value;
  return queue ? <QueuePlace key={queue} queue={queue} /> : <Overview />;
}
