// Reads the stream of a user's events, as a program in JavaScript would: node reader.mjs URL TOKEN CURSOR
// It comes back after each end, with the id of the last event, and prints each message's id and text.

const [url, token, since] = process.argv.slice(2);
let last = since;

async function read() {
  const headers = { Accept: "text/event-stream", Authorization: `Bearer ${token}`, "Last-Event-ID": last };
  const answer = await fetch(`${url}/v2/events`, { headers });
  if (!answer.ok) throw new Error(`${answer.status}`);
  let held = "";
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    held += piece;
    const blocks = held.split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 1).trim()]));
      if (fields.data && !fields.event) {
        const event = JSON.parse(fields.data);
        if (event.kind === "message") console.log(`${event.id} ${event.text}`);
      }
      if (fields.id) last = fields.id;
    }
  }
}

for (;;) {
  try {
    await read();
  } catch (error) {
    // The daemon is away.
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
