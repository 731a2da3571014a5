// A person's own page: with what one signs in, where one is signed in, when somebody did or tried, and the account's end. It
// is one file, which comes behind the first and uses it, when somebody opens it: see tests/browser/build. Its words are here,
// too; its styles are in style/security.css.
import "./main.js";
import { en } from "./words/security/en.js";
import { learn } from "./words/words.js";
import { zh } from "./words/security/zh.js";

learn({ en, zh });

export { Account } from "./screens/security/Account.js";
export { Bots } from "./screens/security/Bots.js";
export { LetDevice } from "./screens/security/LetDevice.js";
export { Security } from "./screens/security/Security.js";
export { SessionsOf } from "./screens/security/Sessions.js";
