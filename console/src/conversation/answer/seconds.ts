/** Whole seconds until a time, each as it passes. */
import { useEffect, useState } from "preact/hooks";

export function useSeconds(until: number): number {
  const [seconds, setSeconds] = useState(() => left(until));
  useEffect(() => {
    const look = () => setSeconds(left(until));
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}

function left(until: number): number {
  return Math.max(0, Math.ceil((until - Date.now()) / 1000));
}
