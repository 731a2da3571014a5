// Makes the picker's data, hichat/web/browser/app/emojis: all emoji that the server takes (hichat/core/emojis.txt), in the
// order of Unicode, with their names and tags in both languages, from emojibase-data. For a newer version of Unicode:
//
//     npm install --prefix /tmp/emojibase emojibase-data@17.0.0
//     node tests/browser/emojis.js /tmp/emojibase/node_modules/emojibase-data
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const [data] = process.argv.slice(2);
const app = new URL("../../hichat/web/browser/app/emojis/", import.meta.url);
const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9]; // without the components, such as hair
const TONES = /[\u{1f3fb}-\u{1f3ff}]/u;

// Emoji of Unicode 18, which the data do not have yet: the group, behind which one, and the names and tags.
const NEWER = [
  ["🫫", 0, "🫠", "cracking face|break stress", "开裂的脸|崩溃 压力"],
  ["🫹", 1, "👎", "leftwards thumb sign|hand left", "拇指向左|手 左"],
  ["🫺", 1, "🫹", "rightwards thumb sign|hand right", "拇指向右|手 右"],
  ["🫌", 3, "🦋", "monarch butterfly|insect", "帝王蝶|昆虫 蝴蝶"],
  ["🫝", 4, "🥒", "pickle|cucumber sour", "腌黄瓜|酸黄瓜"],
  ["🛙", 5, "🏭", "lighthouse|beacon sea", "灯塔|海 航标"],
  ["🪋", 5, "☄️", "meteor|space star", "流星|陨石 太空"],
  ["🪌", 7, "✏️", "eraser|rubber", "橡皮|擦"],
  ["🪍", 7, "🪝", "net with handle|catch", "网兜|捕 抄网"],
];

const bare = (text) => text.replaceAll("\ufe0f", "");
const lines = readFileSync(new URL("../../hichat/core/emojis.txt", import.meta.url), "utf8").split("\n");
const taken = lines.filter((line) => !line.startsWith("# ")).flatMap((line) => line.split(/\s+/)).filter(Boolean);
const spelt = new Map(taken.map((emoji) => [bare(emoji), emoji]));

for (const [at, language] of ["en", "zh"].entries()) {
  const all = JSON.parse(readFileSync(`${data}/${language}/compact.json`, "utf8"));
  const groups = GROUPS.map((group) =>
    all
      .filter((each) => each.group === group && spelt.has(bare(each.unicode)))
      .sort((a, b) => a.order - b.order)
      .map((each) => entry(spelt.get(bare(each.unicode)), each.label, each.tags ?? [])),
  );
  for (const [emoji, group, behind, ...names] of NEWER) {
    const list = groups[GROUPS.indexOf(group)];
    const [label, tags] = names[at].split("|");
    list.splice(list.findIndex((each) => each[0] === behind) + 1, 0, entry(emoji, label, tags.split(" ")));
  }
  const rows = groups.map((list) => `[${list.map((each) => JSON.stringify(each)).join(",\n")}]`);
  writeFileSync(new URL(`emojis-${language}.json`, app), `[${rows.join(",\n")}]\n`);
}
copyFileSync(`${data}/LICENSE`, new URL("LICENSE", app));

// The emoji, its name, its tags; and if it has them, the same with each tone of skin.
function entry(emoji, label, tags) {
  const words = tags.filter((tag) => !label.includes(tag)).join(" ");
  const tones = tonesOf(emoji);
  return tones.length ? [emoji, label, words, tones.join(" ")] : [emoji, label, words];
}

// Of several people only those are offered that all have the same tone.
function tonesOf(emoji) {
  const found = new Map();
  for (const [plain, each] of spelt) {
    const tones = new Set(plain.match(new RegExp(TONES, "gu")));
    if (tones.size === 1 && plain.replace(new RegExp(TONES, "gu"), "") === bare(emoji)) found.set([...tones][0], each);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
