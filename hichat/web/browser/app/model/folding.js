// What is equal for a text in any case and width, with or without accents, and whatever is in it that nobody sees: as
// the server does it, see hichat/search/folding.py.
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
const ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f";
const ACCENTED = new RegExp(`([\\p{Script=Latin}\\p{Script=Greek}\\s])[${ACCENTS}]+`, "gu");
const WRITTEN = // what is written where there is no such key
  "a:ɑⱥ b:ƀƃɓꞗ c:ƈȼɕꞓꞔ d:ðđƌȡɖɗꟈ e:ǝɇəɛⱸ f:ƒꞙ g:ǥɠꞡ h:ħɦⱨꞕ i:ıɨɩ j:ɉʝ k:ƙⱪꝁꝃꝅꞣ l:łƚȴɫɬɭⱡꝉꞎ m:ɱ n:ŋƞȵɲɳꞑꞥ " +
  "o:øɔɵⱺꝋꝍ p:ƥᵽꝑꝓꝕ q:ĸɋʠꝗꝙ r:ɍɼɽɾꞧ s:ȿʂꞩꟊ t:ŧƫƭȶʈⱦ u:ʉʊꞹ v:ʋⱱⱴꝟ w:ⱳ y:ƴɏỿ z:ƶȝȥɀʐʑʒⱬ " +
  "aa:ꜳ ae:æ ao:ꜵ au:ꜷ av:ꜹꜻ ay:ꜽ hv:ƕ oe:œ oi:ƣ oo:ꝏ ou:ȣ th:þ tz:ꜩ vy:ꝡ";
const ONE_PIECE = new Map(
  WRITTEN.split(" ")
    .map((each) => each.split(":"))
    .flatMap(([written, letters]) => [...letters].map((letter) => [letter, written])),
);
const IN_ONE_PIECE = new RegExp(`[${[...ONE_PIECE.keys()].join("")}]`, "g");

export const folded = (text) =>
  text
    .replace(UNSEEN, "")
    .normalize("NFKD")
    .replace(ACCENTED, "$1")
    .normalize("NFKC")
    // There is no folding of cases here; this way ß is as SS, ẞ as ß, and each sigma the same.
    .toUpperCase()
    .toLowerCase()
    .replaceAll("ς", "σ")
    .replaceAll("ß", "ss")
    .replace(IN_ONE_PIECE, (letter) => ONE_PIECE.get(letter) ?? letter)
    .normalize("NFKC");
