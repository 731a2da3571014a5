"""What the client knows and how, part by part, in the browser but without its screens."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser

from hichat.search.folding import comparable
from tests.support.browser import Person, serve_sources
from tests.support.daemon import Daemon

Run = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def guest(browser: Browser, daemon: Daemon) -> Iterator[Person]:
    """One page for all tests of the module; nobody is logged in there."""
    guest = Person(browser, "guest", daemon.url)
    serve_sources(guest.page)
    with closing(guest.context):
        yield guest


@pytest.fixture
def run_in_page(guest: Person) -> Iterator[Run]:
    """
    A function that runs a script in the guest's page. Its arguments: the path of a client's module, and a script, the
    body of a function that has this module as C{module}. It returns the script's value. The browser must not complain.
    """

    def run(part: str, script: str) -> Any:
        return guest.page.evaluate(
            f"""async () => {{
                const base = '/sources/';
                const module = await import(base + {part!r});
                {script}
            }}"""
        )

    yield run
    assert guest.faults == []


def test_mentions(run_in_page: Run) -> None:
    """Of names that begin alike the longest is meant, and a name is not the beginning of a word."""
    found = run_in_page(
        "model/mentions.js",
        """
        const people = ['ann', 'anna', 'bob', '小明', ''].map((name) => ({ name }));
        const found = module.mentionsIn('@anna, @ann! x@y @bobby @小明你好 @@ann', people);
        return found.map(({ name, at }) => [name, at]);
        """,
    )
    assert found == [["anna", 0], ["ann", 7], ["小明", 24], ["ann", 31]]


def test_edits_that_cross(run_in_page: Run) -> None:
    """One's own edit is known at once; what another device said before it does not undo it when it comes."""
    text = run_in_page(
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
    assert text == "third"


def test_reactions(run_in_page: Run) -> None:
    """Both spellings of an emoji are one, and nothing is put to what was recalled, whatever comes late."""
    found = run_in_page(
        "model/conversation.js",
        """
        const chat = new module.Conversation('user-2', 1);
        const reactions = [{ emoji: '❤️', users: [2] }];
        const page = { items: [{ id: 5, n: 1, from: 1, text: 'hi', reactions }], more: false };
        await chat.load({ get: async () => page });
        const seen = [];
        const hear = (id, event) => {
            chat.hear({ id, message: 5, kind: 'reacted', ...event }, 1);
            seen.push(chat.messages[0].reactions.map(({ emoji, users }) => `${[...emoji].length} ${users}`).join());
        };
        hear(6, { emoji: '\u2764', from: 1 });
        hear(7, { emoji: '\u2764', from: 2 });
        hear(8, { emoji: '\u2764\ufe0f', from: 1, on: false });
        hear(9, { on: false, recalled: true, from: 2 });
        hear(10, { kind: 'recalled', from: 1 });
        hear(11, { emoji: '👍', from: 2 });
        hear(12, { kind: 'edited', text: 'again', from: 1 });
        return [...seen, chat.messages[0].text];
        """,
    )
    assert found == ["2 2,1", "2 1,2", "2 2", "2 2", "", "", "", ""]


def test_names_are_found_as_on_the_server(run_in_page: Run) -> None:
    texts = [
        *("Benoît", "İstanbul", "ISTANBUL", "ısparta", "Łódź", "Søren Đorđević", "Tiếng Việt", "Straße", "ＡＢＣ"),
        *("Ὀδυσσεύς", "ΟΔΥΣΣΕΎΣ", "ᾄδης", "йод Ёлка", "がﾊﾞ", "カ\u3099", "أَحمد", "हिन्दी", "한국", "ﬁne", "𝐱"),
        *("so\u00adft\u200b \u2060x\ufeff", "❤️", "👨‍👩‍👧", "Kelvin \u212a", "l\u00b4eau", "re\u0301sume\u0301"),
        *(
            "Œuvre Cæsar ǽ",
            "Þórþur Ðað",
            "Əliyev",
            *(chr(code) for code in (*range(0xC0, 0x2B0), *range(0x1E00, 0x1F00))),
        ),
    ]
    found = run_in_page("model/folding.js", f"return {texts!r}.map(module.folded);")
    assert found == [comparable(text) for text in texts]


def test_two_places_at_once(run_in_page: Run) -> None:
    """Where one wanted to go last is shown, whichever page comes last; and what is said meanwhile is there."""
    ids = run_in_page(
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
    assert ids == [[4, 5, 6], [4, 5, 6, 7, 8]]


def test_unread(run_in_page: Run) -> None:
    """It follows what happens; where only the server knows, the client asks, and takes no older answer for it."""
    counts = run_in_page(
        "model/conversation.js",
        """
        const chat = new module.Conversation('user-2', 1);
        const counts = [];
        const note = () => counts.push(chat.doubt ? [chat.unread, chat.doubt] : chat.unread);
        const say = (id, from = 2) => chat.hear({ kind: 'message', id, n: id, from, text: '' }, 1);
        const recall = (id, message, from = 2) => chat.hear({ kind: 'recalled', id, message, from, time: 0 }, 1);
        const list = (id, unread, read) =>
            chat.show({ title: '', picture: '', received: 0, read, unread, last: { id, from: 2, n: id } }, 1);
        list(10, 3, 0); note();                       // 3, as the server says
        say(11); say(12); note();                     // 5
        recall(13, 11); note();                       // 4: it was heard here
        recall(13, 11); note();                       // 4: once
        recall(14, 9); note();                        // 4, in doubt
        chat.count(10, 3, 0); note();                 // 4, in doubt: that is as old
        chat.count(14, 3, 0); note();                 // 3: what is behind 14 is not in it
        list(12, 9, 0); note();                       // 3: an older answer
        say(15); note();                              // 4
        say(16, 1); note();                           // 0: one's own, from another device
        say(17); say(18); note();                     // 2
        chat.haveRead(17); note();                    // 1: read elsewhere
        recall(19, 17); note();                       // 1: it was read
        chat.count(18, 2, 0); note();                 // 1: from before it was read
        recall(20, 18); note();                       // 0
        say(21); list(21, 1, 17); note();             // 1
        chat.count(40, 7, 20); chat.haveRead(30); note();  // 0: of what is here, all was read
        return counts;
        """,
    )
    assert counts == [3, 5, 4, 4, [4, 14], [4, 14], 3, 3, 4, 0, 2, 1, 1, 1, 0, 1, 0]


def test_marks_of_a_group(run_in_page: Run) -> None:
    """Not all who were there have a message while one has marked nothing; who goes is not counted any more."""
    states = run_in_page(
        "model/conversation.js",
        """
        const chat = new module.Conversation('group-1000000001', 1);
        const states = [];
        const note = (id) => {
            const { state, read, all } = chat.stateOf({ id });
            states.push([state, read, all]);
        };
        chat.others.set(2, { received: 9, read: 9 });
        note(5);
        chat.hear({ kind: 'joined', id: 7, from: 3, group: 1000000001 }, 1);
        note(5);
        note(8);
        chat.hear({ kind: 'removed', id: 10, from: 1, member: 3, group: 1000000001 }, 1);
        note(8);
        return states;
        """,
    )
    assert states == [["read", 1, 1], ["read", 1, 1], ["sent", 1, 2], ["read", 1, 1]]


OUTBOXES = """
    const { Database } = await import(base + 'hub/database.js');
    const sent = [];
    const make = (name) => new module.Outbox({
        database: new Database(),
        write: (frame) => sent.push([name, frame.text, frame.counter]),
        changed: () => {}, settled: () => {}, acked: () => {},
    });
    const until = async (condition) => {
        for (let left = 400; left && !condition(); left--) await new Promise((resolve) => setTimeout(resolve, 25));
    };
    // So many are sent; and no more within a moment.
    const wait = async (count) => {
        await until(() => sent.length >= count);
        await new Promise((resolve) => setTimeout(resolve, 50));
    };
    const answer = async (outbox, ref, given = { op: 'ack' }) => {
        const before = sent.length;
        outbox.answered({ ref, ...given });
        await until(() => !outbox.flying.has(ref) || sent.length > before);
        await wait(before);
    };
"""


def test_two_hubs_with_one_outbox(run_in_page: Run) -> None:
    """What both have loaded is sent by the first that is connected, and by the other not a second time."""
    sent, left = run_in_page(
        "hub/outbox.js",
        OUTBOXES
        + """
        const one = make('one');
        await one.load(7);
        await one.add('a', { text: 'a' });
        await one.add('b', { text: 'b' });
        const two = make('two');
        await two.load(7);
        await two.connected(3);
        await wait(2);
        await answer(two, 'a');
        two.lost();
        await one.connected(4);
        await wait(3);
        await answer(one, 'b');
        await answer(one, 'a');
        return [sent, (await two.database.all(7)).length + one.items.length];
        """,
    )
    # What is in doubt is sent again with the counter that it has; the server takes it once.
    assert sent == [["two", "a", 4], ["two", "b", 5], ["one", "b", 5]]
    assert left == 0


def test_counters_of_two_hubs(run_in_page: Run) -> None:
    """They never give the same counter twice, even if one of them does not know yet that it is not connected."""
    sent = run_in_page(
        "hub/outbox.js",
        OUTBOXES
        + """
        const one = make('one');
        const two = make('two');
        await one.load(8);
        await one.connected(0);
        await two.load(8);
        await two.connected(0);
        await Promise.all([one.add('a', { text: 'same' }), two.add('b', { text: 'same' })]);
        await wait(2);
        await answer(two, 'b', { op: 'error', code: 'counter_used' });
        await wait(3);
        return sent;
        """,
    )
    counters = [counter for _, _, counter in sent]
    assert len(set(counters)) == 3
    assert [name for name, _, _ in sent[2:]] == ["two"]


def test_what_was_refused_in_two_hubs(run_in_page: Run) -> None:
    """It may be tried again in one; in the other it is then gone, not refused for ever."""
    sent, left = run_in_page(
        "hub/outbox.js",
        OUTBOXES
        + """
        const one = make('one');
        await one.load(9);
        await one.connected(0);
        await one.add('a', { text: 'a' });
        await wait(1);
        await answer(one, 'a', { op: 'error', code: 'blocked', message: 'no' });
        const two = make('two');
        await two.load(9);
        await two.connected(1);
        await two.retry('a');
        await wait(2);
        await answer(two, 'a');
        await one.retry('a');
        await wait(2);
        return [sent, one.items.length];
        """,
    )
    assert sent == [["one", "a", 1], ["two", "a", 2]]
    assert left == 0


def test_an_outbox_on_a_full_disk(run_in_page: Run) -> None:
    """What cannot be written down is sent all the same."""
    sent, left = run_in_page(
        "hub/outbox.js",
        OUTBOXES
        + """
        const full = () => { throw new DOMException('full', 'QuotaExceededError'); };
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = full;
        const outbox = make('it');
        await outbox.load(10);
        await outbox.connected(0);
        await outbox.add('a', { text: 'a' });
        await outbox.add('b', { text: 'b' });
        await wait(2);
        await answer(outbox, 'a');
        IDBObjectStore.prototype.put = put;
        await outbox.add('c', { text: 'c' });
        await wait(3);
        return [sent, outbox.items.map(({ key }) => key)];
        """,
    )
    assert sent == [["it", "a", 1], ["it", "b", 2], ["it", "c", 3]]
    assert left == ["b", "c"]


def test_calls_after_a_long_time(run_in_page: Run) -> None:
    """What was said long before the connection came back calls nobody; the rest calls once a conversation."""
    calls = run_in_page(
        "model/notices.js",
        """
        const calls = [];
        window.Notification = class {
            static permission = 'granted';
            constructor(title, { body, tag }) { calls.push([title, body, tag]); }
        };
        const model = {
            state: { visible: 0, viewed: [] }, link: { shared: false }, people: { author: ({ from }) => `p${from}` },
            conversation: (name) => ({ name, muted: name === 'user-4', calls: () => name !== 'user-4' }),
            titleOf: ({ name }) => (name === 'group-9' ? 'Club' : name.replace('user-', 'p')),
            describe: ({ text }) => text,
        };
        const notices = new module.Notices(model);
        notices.begin();
        notices.connected(10_000_000);
        const say = (from, time, text, name = `user-${from}`) => notices.heard({ from, time, text }, name);
        for (let at = 0; at < 300; at++) say(2, 9_000_000, 'long ago');
        for (let at = 0; at < 300; at++) say(3, 9_990_000 + at, `new ${at}`);
        say(4, 9_999_000, 'muted');
        say(5, 9_999_000, 'in the club', 'group-9');
        await new Promise((resolve) => setTimeout(resolve, 600));
        return calls;
        """,
    )
    assert calls == [["p3 (300)", "new 299", "hichat-user-3"], ["p5 · Club", "in the club", "hichat-group-9"]]


ANSWERS = """
        const held = [];
        const ask = (path) => new Promise((resolve) => held.push(resolve));
        const answer = (at, given) => held[at](given);
        const settled = () => new Promise((resolve) => setTimeout(resolve));
"""
GROUPS = f"""{ANSWERS}
        const model = {{ api: {{ get: ask }}, members: {{ lose: () => {{}} }}, changed: () => {{}} }};
        const groups = model.groups = new module.Groups(model);
"""


def test_a_group_that_ends_overtakes_an_answer(run_in_page: Run) -> None:
    """An answer from before one was removed brings nothing back; one from after one has joined again does."""
    roles = run_in_page(
        "model/groups.js",
        GROUPS
        + """
        const group = (role, name) => ({ id: 7, name, you: { role } });
        const roles = [];
        const known = async () => {
            await settled();
            roles.push([groups.get(7).you.role, groups.get(7).name]);
        };
        groups.get(7);
        answer(0, group('member', 'old'));
        await known();
        groups.heard({ group: 7 });
        const list = groups.ask(ask);
        groups.lose(7, '');
        answer(1, group('member', 'new'));
        answer(2, [group('member', 'new')]);
        await list;
        await known();
        groups.heard({ group: 7 });
        answer(3, group('admin', 'newer'));
        await known();
        groups.refresh(7);
        groups.refresh(7);
        answer(5, group('owner', 'last'));
        answer(4, group('member', 'late'));
        await known();
        groups.refresh(7);
        groups.forget();
        groups.get(7);
        answer(6, group('owner', 'of another user'));
        await settled();
        roles.push(groups.get(7));
        return roles;
        """,
    )
    assert roles == [["member", "old"], [None, "old"], ["admin", "newer"], ["owner", "last"], None]


def test_one_s_own_change_overtakes_an_answer(run_in_page: Run) -> None:
    """What was asked for meanwhile may be from before it; and nobody is told of who was logged in before."""
    roles = run_in_page(
        "model/groups.js",
        GROUPS
        + """
        const joining = groups.change(ask);
        groups.refresh(7);
        answer(1, { id: 7, you: {} });
        await settled();
        answer(0, { id: 7, you: { role: 'member' } });
        await joining;
        const roles = [groups.get(7).you.role];
        const leaving = groups.change(ask);
        groups.forget();
        answer(2, { id: 7, you: { role: 'owner' } });
        await leaving;
        roles.push(groups.get(7));
        return roles;
        """,
    )
    assert roles == ["member", None]


def test_a_group_that_is_hidden_for_a_moment(run_in_page: Run) -> None:
    """An answer that there is none is not the last word: what happened since is asked for."""
    asked, known, conversations = run_in_page(
        "model/groups.js",
        """
        const held = [];
        const get = () => new Promise((resolve, reject) => held.push([resolve, reject]));
        const conversations = [];
        const conversation = (name) => { conversations.push(name); return { title: name }; };
        const model = { api: { get }, members: { lose: () => {} }, changed: () => {}, conversation };
        const groups = model.groups = new module.Groups(model);
        const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
        groups.heard({ group: 7 });
        groups.heard({ group: 7 });
        held[0][1]({ code: 'no_such_group' });
        await pause(700);
        held[1]?.[0]({ id: 7, you: { role: 'member' } });
        await pause(0);
        const known = groups.get(7).you.role;
        groups.refresh(9);
        groups.forget();
        held.at(-1)[1]({ code: 'no_such_group' });
        await pause(0);
        return [held.length, known, conversations];
        """,
    )
    assert (asked, known, conversations) == (3, "member", ["group-7"])


def test_lists_that_overtake_each_other(run_in_page: Run) -> None:
    """What was asked for last is shown, and nothing that was asked for in another user's name."""
    shown = run_in_page(
        "model/lists.js",
        ANSWERS
        + """
        const people = { know: () => {} };
        const lists = new module.Lists({ api: { all: ask }, people, changed: () => {} });
        const item = (id) => [{ user: { id } }];
        const shown = [];
        const load = async (...answers) => {
            await settled();
            for (const [at, id] of answers) answer(at, item(id));
            await settled();
            shown.push(lists.get('contacts').map(({ user }) => user.id));
        };
        lists.get('contacts');
        lists.again('contacts');
        await load([1, 12], [0, 11]);
        lists.again('contacts');
        await load([2, 13]);
        lists.again('contacts');
        lists.forget();
        await load([3, 14]);
        await load([4, 15]);
        return shown;
        """,
    )
    assert shown == [[12], [13], [], [15]]


def test_many_members(run_in_page: Run) -> None:
    """Two thousand are loaded, the others when they are wanted; what happens is applied, also while they come."""
    counts, found = run_in_page(
        "model/members.js",
        """
        let asked = 0;
        let meanwhile = null;
        const get = async (path) => {
            asked++;
            const from = Number(/cursor=(\\d+)/.exec(path)?.[1] ?? 0);
            const member = (_, at) => ({ id: from + at + 1, name: 'n', role: 'member' });
            const items = Array.from({ length: 100 }, member);
            await null;
            meanwhile?.();
            return { items, ...(from + 100 < 2500 && { next: String(from + 100) }) };
        };
        const people = { know: () => {}, get: (id) => ({ id, name: `p${id}`, avatar: '' }) };
        const members = new module.Members({ api: { get }, people, changed: () => {} });
        const hear = (kind, member, more) => members.heard({ kind, group: 1, from: 9999, member, ...more });
        await members.load(1);
        await members.load(1);
        const counts = [[asked, members.get(1).length, members.isComplete(1)]];
        meanwhile = () => { hear('left', 2001); meanwhile = null; };
        while (!members.isComplete(1)) await members.more(1);
        counts.push([asked, members.get(1).length]);
        hear('joined', 5000);
        hear('joined', 5000);
        hear('removed', 7);
        hear('role', 8, { role: 'owner' });
        hear('role', 9, { role: 'owner' });
        hear('muted', 10, { until: 77 });
        hear('muted', undefined);
        counts.push([asked, members.get(1).length]);
        const found = (id) => members.get(1).find((each) => each.id === id);
        const roles = [found(8).role, found(9).role];
        return [counts, [found(5000).name, found(7), ...roles, found(10).muted, found(11).muted]];
        """,
    )
    assert counts == [[20, 2000, False], [25, 2499], [25, 2499]]
    assert found == ["p5000", None, "admin", "owner", {"until": 77}, None]


def test_links_to_pictures(run_in_page: Run) -> None:
    """They are asked for once, however many there are and however wrong the browser's clock is."""
    asked, known = run_in_page(
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
        const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
        for (let left = 400; left && look().filter(Boolean).length < 148; left--) await pause(25);
        // And nothing is asked for twice.
        await pause(300);
        return [asked, look().filter(Boolean).length, media.isMissing(urls[0])];
        """,
    )[:2]
    assert asked == [100, 50]
    assert known == 148
