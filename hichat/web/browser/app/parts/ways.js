// What the log-in form may offer; the server says it.
import { call } from "../hub/session.js";
import { useEffect, useState } from "../rendering.js";

/** @returns {{ password?: boolean, passkey?: boolean, oidc?: string, mail?: boolean }} nothing until it is known */
export function useWays() {
  const [ways, setWays] = useState({});
  useEffect(() => {
    call("GET", "/session/ways").then(setWays, () => {});
  }, []);
  return ways;
}
