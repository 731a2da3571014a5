// A provider of OpenID Connect for tests: `node provider.js PORT PEOPLE.json REDIRECT_URI`. PEOPLE.json has the claims of
// people by their names; who is not in it any more is disabled. Any password will do.
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const [port, file, redirect] = process.argv.slice(2);
const people = () => JSON.parse(readFileSync(file, "utf8"));

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: "hichat",
      client_secret: "the client's secret: +/%",
      redirect_uris: [redirect],
      post_logout_redirect_uris: [new URL("/", redirect).href],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], profile: ["preferred_username", "name", "groups"], email: ["email", "email_verified"] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  cookies: { keys: ["of tests"] },
  findAccount: (_context, id) => (people()[id] ? { accountId: id, claims: async () => ({ sub: id, ...people()[id] }) } : undefined),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
