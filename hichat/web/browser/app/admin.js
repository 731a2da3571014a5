// The pages of those who run the server. They are one file, which comes behind the first and uses it, when somebody opens
// the first of them: see tests/browser/build. Their words are here, too; their styles are in style/admin.css.
import "./main.js";
import { en } from "./words/admin/en.js";
import { learn } from "./words/words.js";
import { zh } from "./words/admin/zh.js";

learn({ en, zh });

export { Administration } from "./screens/admin/Administration.js";
export { Section } from "./screens/admin/Section.js";
