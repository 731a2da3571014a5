"""What the client knows and how, part by part, in the browser but without its screens."""

from typing import Any

from tests.integration.web.browser import BrowserCase, Person


class ModelTests(BrowserCase):
    guest: Person

    def run_in_page(self, part: str, script: str) -> Any:
        """
        @param part: a module of the client.
        @param script: the body of a function that has it as C{module}.
        @return: what the script returns.
        """
        guest = self.person("guest")
        return guest.page.evaluate(
            f"""async () => {{
                const base = document.querySelector('script[src]').src.replace('main.js', '');
                const module = await import(base + {part!r});
                {script}
            }}"""
        )

    def test_mentions(self) -> None:
        """Of names that begin alike the longest is meant, and a name is not the beginning of a word."""
        found = self.run_in_page(
            "model/mentions.js",
            """
            const people = ['ann', 'anna', 'bob', '小明', ''].map((name) => ({ name }));
            const found = module.mentionsIn('@anna, @ann! x@y @bobby @小明你好 @@ann', people);
            return found.map(({ name, at }) => [name, at]);
            """,
        )
        self.assertEqual(found, [["anna", 0], ["ann", 7], ["小明", 24], ["ann", 31]])

    def test_edits_that_cross(self) -> None:
        """One's own edit is known at once; what another device said before it does not undo it when it comes."""
        text = self.run_in_page(
            "model/conversation.js",
            """
            const chat = new module.Conversation('user-2', 1);
            const page = { items: [{ id: 5, n: 1, time: 50, from: 1, text: 'first' }], more: false };
            await chat.load({ get: async () => page });
            chat.hear({ kind: 'edited', id: 9, message: 5, text: 'third', time: 90, from: 1 }, 1);
            chat.hear({ kind: 'edited', id: 8, message: 5, text: 'second', time: 80, from: 1 }, 1);
            return chat.messages[0].text;
            """,
        )
        self.assertEqual(text, "third")

    def test_two_places_at_once(self) -> None:
        """Where one wanted to go last is shown, whichever page comes last; and what is said meanwhile is there."""
        ids = self.run_in_page(
            "model/conversation.js",
            """
            const chat = new module.Conversation('user-2', 1);
            const held = [];
            const api = { get: (path) => new Promise((resolve) => held.push([path, resolve])) };
            const page = (...ids) => ({ items: ids.map((id) => ({ id, n: id, from: 2, text: '' })), more: false });
            const newest = chat.load(api);
            const around = chat.load(api, 5);
            held[1][1](page(4, 5));
            held[2][1](page(6));
            await around;
            held[0][1](page(98, 99));
            await newest;
            const first = chat.messages.map(({ id }) => id);
            chat.newer = true;
            const more = chat.loadNewer(api);
            chat.hear({ kind: 'message', id: 8, n: 8, from: 2, text: '' }, 1);
            held[3][1](page(7));
            await more;
            return [first, chat.messages.map(({ id }) => id)];
            """,
        )
        self.assertEqual(ids, [[4, 5, 6], [4, 5, 6, 7, 8]])

    def test_links_to_pictures(self) -> None:
        """They are asked for once, however many there are and however wrong the browser's clock is."""
        asked, known = self.run_in_page(
            "model/media.js",
            """
            const asked = [];
            const urls = Array.from({ length: 150 }, (_, at) => '/v2/media/' + String(at).padStart(22, '0'));
            const look = () => urls.map((url) => media.link(url));
            const post = async (_path, { ids }) => {
                asked.push(ids.length);
                return { items: ids.slice(1).map((id) => ({ id, url: '/there', expires: 5000 })) };
            };
            const media = new module.Media({ now: () => Date.now(), api: { post }, changed: () => setTimeout(look) });
            look();
            await new Promise((resolve) => setTimeout(resolve, 300));
            return [asked, look().filter(Boolean).length, media.isMissing(urls[0])];
            """,
        )[:2]
        self.assertEqual(asked, [100, 50])
        self.assertEqual(known, 148)
