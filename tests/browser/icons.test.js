// Each icon that is asked for is drawn.
import "./support/page.js";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { PATHS } from "../../hichat/web/browser/app/parts/Icon.js";

const APP = "hichat/web/browser/app";
const NAMED = [/\bicon(?:=|: )"(\w+)"/g, /\$\{Icon\} name="(\w+)"/g];

test("each icon that is asked for is drawn", () => {
  const sources = readdirSync(APP, { recursive: true }).map(String).filter((name) => name.endsWith(".js"));
  const asked = sources.flatMap((name) => {
    const text = readFileSync(`${APP}/${name}`, "utf8");
    return NAMED.flatMap((pattern) => [...text.matchAll(pattern)].map(([, icon]) => icon));
  });
  assert.ok(asked.length > 50, String(asked.length));
  assert.deepEqual([...new Set(asked)].filter((icon) => !PATHS[icon]), []);
});
