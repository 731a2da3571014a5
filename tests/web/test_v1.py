"""Tests for L{hichat.v1.calls}: every call of the contract, and every refusal."""

import json
from unicodedata import normalize
from urllib.parse import urlencode

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from hichat.accounts.fields import phone_of
from hichat.accounts.tokens import V1_LIFETIME, Dialect
from hichat.core.errors import Busy, InvalidField, NoSuchAddress
from hichat.core.events import FIRST_GROUP_ID, Scope
from hichat.core.kinds import Kind
from hichat.signin.app_passwords import AppPasswords
from hichat.storage import tables
from hichat.v1.phones import given_phone, shown_phone
from tests.support.doubles import NOW
from tests.support.site import BAD_PASSWORDS, FORM, SiteCase, multipart, request_bytes

USER_KEYS = [
    "ID",
    "CreatedAt",
    "UpdatedAt",
    "DeletedAt",
    "Name",
    "Avatar",
    "Gender",
    "Phone",
    "Email",
    "Identity",
    "ClientIp",
    "ClientPort",
    "LoginTime",
    "HeartBeatTime",
    "LoginOutTime",
    "IsLoginOut",
    "DeviceInfo",
    "PassWord",
    "Salt",
]
GROUP_KEYS = ["ID", "CreatedAt", "UpdatedAt", "DeletedAt", "Name", "OwnerId", "Type", "Image", "Desc"]

PAGES_CALLS = (
    ("GET", "/v1/user/list"),
    ("POST", "/v1/user/updata"),
    ("DELETE", "/v1/user/delete"),
    ("POST", "/v1/user/redisMsg"),
    ("POST", "/v1/relation/list"),
    ("POST", "/v1/relation/add"),
    ("POST", "/v1/relation/new_group"),
    ("POST", "/v1/relation/group_list"),
    ("POST", "/v1/relation/join_group"),
    ("POST", "/v1/upload/image"),
)


class V1Case(SiteCase):
    def setUp(self):
        super().setUp()
        self.ann, self.as_ann = self.make_user("Ann")
        self.bob, self.as_bob = self.make_user("Bob")

    def token_of(self, user_id):
        """@return: as a log-in of an existing client gives it."""
        claims = self.tokens.verify(super().token_of(user_id))
        return self.tokens.issue(claims._replace(dialect=Dialect.V1), V1_LIFETIME)

    def no(self, answer, message, status=200):
        """The call was refused, in lower case."""
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.json, {"code": -1, "message": message})

    def no_list(self, answer, message):
        """The call was refused, and its other answers have upper-case keys."""
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json, {"code": -1, "message": message, "Code": -1, "Msg": message, "Data": None})

    def yes(self, answer, **more):
        self.assertEqual(answer.status, 200, answer.body)
        found = answer.json
        self.assertTrue(found.pop("message"))
        self.assertEqual(found, {"code": 0, **more})

    def rows(self, answer):
        found = answer.json
        self.assertEqual((answer.status, found["Code"], found["Msg"], found["Data"]), (200, 0, "", None))
        self.assertEqual(sorted(found), ["Code", "Data", "Msg", "Rows", "Total"])
        self.assertEqual(found["Total"], len(found["Rows"]))
        return found["Rows"]


class Authentication(V1Case):
    def refused(self, method, target, **headers):
        answer = self.form(method, target, {"userId": 1}, **headers)
        self.assertEqual((answer.status, list(answer.json)), (401, ["message"]), (method, target))

    def test_every_call_wants_a_token(self):
        for method, path in PAGES_CALLS:
            token = self.as_ann[1:].split("&")[0]
            for query in (
                "",
                f"?{token}",
                "?userId=1",
                f"?{token}&userId=",
                f"?{token}&userId=x",
                f"?{token}&userId=1.5",
                f"?{token}&userId=undefined",
                f"?{token}&userId=2",
                f"?{token}x&userId=1",
                "?token=undefined&userId=1",
                f"?{token}&token=x&userId=1",
                f"?{token}&userId=1&userId=2",
            ):
                self.refused(method, path + query)

    def test_expired(self):
        self.now += 60 * 24 * 3600 * 1000
        self.refused("GET", f"/v1/user/list{self.as_ann}")

    def test_bearer(self):
        token = self.as_ann.split("=")[1].split("&")[0]
        for scheme in ("Bearer", "bearer"):
            answer = self.request("GET", "/v1/user/list?userId=1", Authorization=f"{scheme} {token}")
            self.assertEqual(answer.status, 200)
        self.assertEqual(
            self.request("GET", f"/v1/user/list{self.as_ann}", Authorization=f"Bearer {token}").status, 200
        )
        self.assertEqual(self.request("GET", f"/v1/user/list{self.as_ann}", Authorization="Basic eDp5").status, 200)
        self.refused("GET", "/v1/user/list?userId=1", Authorization="Bearer x")
        self.refused("GET", "/v1/user/list?userId=1", Authorization=f"Basic {token}")
        self.refused("GET", f"/v1/user/list{self.as_ann}", Authorization="Bearer x")
        self.refused("GET", "/v1/user/list", Authorization=f"Bearer {token}")

    def test_language(self):
        self.assertEqual(self.request("GET", "/v1/user/list").json["message"], "身份验证失败，请重新登录")
        answer = self.request("GET", "/v1/user/list", Accept_Language="en-GB,en;q=0.9")
        self.assertEqual(answer.json["message"], "the token is missing, wrong or expired")


class Registering(V1Case):
    def new(self, name="Zoe", password="correct horse", repeated="correct horse", **headers):
        fields = {"name": name, "password": password, "Identity": repeated}
        return self.post("/v1/user/new", {key: value for key, value in fields.items() if value is not None}, **headers)

    def test_registered(self):
        answer = self.new()
        self.assertEqual(answer.headers["content-type"], "application/json; charset=utf-8")
        user = answer.json["data"]
        self.yes(answer, data=user)
        self.assertEqual(list(user), USER_KEYS)
        self.assertEqual((user["ID"], user["Name"], user["PassWord"], user["Salt"]), (3, "Zoe", "", ""))
        self.assertEqual((user["CreatedAt"], user["DeletedAt"]), ("2023-11-14T22:13:20.000Z", None))

    def test_message_in_both_languages(self):
        self.assertEqual(self.new().json["message"], "注册成功")
        self.assertEqual(self.new("Yan", Accept_Language="en").json["message"], "registered")

    def test_as_json_and_multipart(self):
        fields = {"name": "Zoe", "password": "correct horse", "Identity": "correct horse"}
        answer = self.request("POST", "/v1/user/new", json.dumps(fields).encode(), Content_Type="application/json")
        self.yes(answer, data=answer.json["data"])
        body, kind = multipart(fields | {"name": "Yan"})
        answer = self.request("POST", "/v1/user/new", body, Content_Type=kind)
        self.yes(answer, data=answer.json["data"])

    def test_as_the_page_writes_it(self):
        body = b"name=tom&jerry=#1&password=horse+a&b&c&Identity=horse+a&b&c"
        answer = self.request("POST", "/v1/user/new", body, Content_Type=FORM)
        self.assertEqual(answer.json["data"]["Name"], "tom&jerry=#1")
        self.assertEqual(
            self.post("/v1/user/login_pw", {"name": "Tom&Jerry=#1", "password": "horse a&b&c"}).json["code"], 0
        )

    def test_names(self):
        self.no(self.new("Administrator"), "该名称已被保留，请换一个")
        for name in ("аnn", "ａｎｎ", "Ann\u3000"):
            self.no(self.new(name), "该名称已被使用")
        said = self.new("a\u200bnn").json["message"]
        self.assertTrue(said.startswith("字段无效: name; 用户名由文字") and "{" not in said, said)
        name = normalize("NFD", "한" * 60)
        answer = self.new(name, "é" * 100, "e\u0301" * 100)
        self.assertEqual((answer.json["code"], answer.json["data"]["Name"]), (0, "한" * 60))

    def test_refusals(self):
        self.no(self.new("aNN"), "该名称已被使用")
        self.no(self.new(repeated="other"), "两次输入的密码不一致")
        self.no(self.new(repeated=None), "两次输入的密码不一致")
        for name in ("", " ", "x" * 65, "a\nb", "undefined", None):
            self.no(self.new(name), "字段无效: name")
        for password in ("undefined", None):
            self.no(self.new(password=password, repeated=password), "字段无效: password")
        for password, _, en, zh in BAD_PASSWORDS:
            self.no(self.new("Ann's", password=password, repeated=password), zh)
            self.no(self.new("Ann's", password=password, repeated=password, Accept_Language="en"), en)

    def test_malformed(self):
        self.no(self.request("POST", "/v1/user/new", b"{", Content_Type="application/json"), "提交的内容格式不正确")
        self.no(self.request("POST", "/v1/user/new", b"name=%ff", Content_Type=FORM), "字段无效: name")


class LoggingIn(V1Case):
    def test_logged_in(self):
        answer = self.post("/v1/user/login_pw", {"name": "aNN", "password": "correct horse"})
        token = answer.json["tokens"]
        self.yes(answer, tokens=token, userId=1)
        me = self.request("GET", f"/v1/user/list?token={token}&userId=1").json[0]
        self.assertEqual((me["ClientIp"], me["ClientPort"]), ("192.168.1.1", "54321"))
        self.assertEqual(me["LoginTime"], "2023-11-14T22:13:20.000Z")

    def test_refusals(self):
        for fields in ({"name": "Ann", "password": "x"}, {"name": "Zoe", "password": "correct horse"}):
            self.no(self.post("/v1/user/login_pw", fields), "用户名或密码错误")
        self.no(self.post("/v1/user/login_pw", {"name": "Ann"}), "字段无效: password")
        self.no(self.post("/v1/user/login_pw", {"password": "x"}), "字段无效: name")
        self.run_now(self.accounts.status.disable(1))
        self.no(self.post("/v1/user/login_pw", {"name": "Ann", "password": "correct horse"}), "该账号已被停用")

    def test_busy_is_told_with_200(self):
        async def busy(*_):
            raise Busy

        self.patch(self.accounts.log_ins, "log_in", busy)
        self.no(self.post("/v1/user/login_pw", {"name": "Ann", "password": "correct horse"}), "服务器繁忙，请稍后再试")


class ListingUsers(V1Case):
    def test_bare_array(self):
        found = self.request("GET", f"/v1/user/list{self.as_ann}").json
        self.assertEqual([(user["ID"], user["Name"]) for user in found], [(1, "Ann"), (2, "Bob")])
        for user in found:
            self.assertEqual(list(user), USER_KEYS)

    def test_personal_fields_are_ones_own(self):
        for query in (self.as_ann, self.as_bob):
            ident = query[-1]
            self.post(f"/v1/user/updata{query}", {"id": ident, "phone": "13812345678", "email": "a@b.de"})
        self.post("/v1/user/login_pw", {"name": "Bob", "password": "correct horse"})
        ann, bob = self.request("GET", f"/v1/user/list{self.as_ann}").json
        self.assertEqual((ann["Phone"], ann["Email"]), ("13812345678", "a@b.de"))
        self.assertEqual([bob[key] for key in ("Phone", "Email", "ClientIp", "ClientPort")], ["", "", "", ""])

    def test_deleted_are_gone(self):
        self.run_now(self.accounts.deleter.delete(self.bob))
        self.assertEqual(len(self.request("GET", f"/v1/user/list{self.as_ann}").json), 1)

    def test_head(self):
        connection = self.connect()
        connection.send(request_bytes("HEAD", f"/v1/user/list{self.as_ann}"))
        self.assertTrue(connection.received().startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertTrue(connection.received().endswith(b"\r\n\r\n"))


class Updating(V1Case):
    def update(self, query=None, **fields):
        return self.post(f"/v1/user/updata{query or self.as_ann}", {"id": 1} | fields)

    def test_updated(self):
        answer = self.update(name="Anna", icon="/a.png", gender="f", email="a@b.de", phone="13812345678")
        self.yes(answer, data="Anna")
        me = self.request("GET", f"/v1/user/list{self.as_ann}").json[0]
        self.assertEqual(
            [me[key] for key in ("Name", "Avatar", "Gender", "Email", "Phone")],
            ["Anna", "/a.png", "f", "a@b.de", "13812345678"],
        )

    def test_a_phone_number_of_another_country(self):
        """v1 takes Chinese mobile numbers, and shows them as it did; another one may be sent back as it was shown."""

        def shown():
            return self.request("GET", f"/v1/user/list{self.as_ann}").json[0]["Phone"]

        self.run_now(self.accounts.profiles.change(self.ann, {"phone": "+49 30 123456"}))
        self.assertEqual(shown(), "+4930123456")
        self.yes(self.update(phone=shown(), gender="f"), data="Ann")
        # A form whose plus sign is not escaped.
        self.yes(self.update(phone=" 4930123456"), data="Ann")
        self.assertEqual(shown(), "+4930123456")
        for other in ("+4930123457", "0049 30 123456", "+8613812345678"):
            self.no(self.update(phone=other), "字段无效: phone", 400)
        self.yes(self.update(phone="13812345678"), data="Ann")
        self.assertEqual(shown(), "13812345678")
        self.yes(self.update(phone=shown()), data="Ann")
        self.yes(self.update(phone=""), data="Ann")
        self.assertEqual(shown(), "")

    def test_undefined_is_not_given(self):
        self.update(gender="f")
        self.yes(self.update(name="undefined", icon="undefined", gender="undefined", password="undefined"), data="Ann")
        me = self.request("GET", f"/v1/user/list{self.as_ann}").json[0]
        self.assertEqual((me["Avatar"], me["Gender"]), ("", "f"))

    def test_password_ends_the_token(self):
        self.yes(self.update(password="battery staple"), data="Ann")
        self.assertEqual(self.update(gender="f").status, 401)
        self.assertEqual(self.post("/v1/user/login_pw", {"name": "Ann", "password": "battery staple"}).json["code"], 0)
        self.assertEqual(self.ledger.appended[-1].kind, Kind.SIGNED_OUT)

    def test_foreign_or_bad_id_is_500(self):
        for bad in ("2", "0", "x", "", "undefined", "1.0", "99"):
            self.no(self.update(id=bad), "只能操作自己的账号", 500)
        self.no(self.post(f"/v1/user/updata{self.as_ann}", {"name": "x"}), "只能操作自己的账号", 500)

    def test_invalid_fields_are_400(self):
        for name, bad in (
            ("name", ""),
            ("name", "x" * 65),
            ("phone", "12345678901"),
            ("email", "nobody"),
            ("icon", "javascript:x"),
            ("gender", "x" * 17),
        ):
            self.no(self.update(**{name: bad}), f"字段无效: {name}", 400)
        for password, _, _, zh in BAD_PASSWORDS:
            self.no(self.update(password=password), zh, 400)
        self.no(self.update(name="Horse", password="correct horse"), "密码中不能包含用户名", 400)
        answer = self.request("POST", f"/v1/user/updata{self.as_ann}", b"{", Content_Type="application/json")
        self.no(answer, "提交的内容格式不正确", 400)

    def test_taken_name(self):
        self.no(self.update(name="bOB"), "该名称已被使用")

    def test_ledger_refuses(self):
        self.ledger.refuse = Busy()
        self.no(self.update(password="battery staple"), "服务器繁忙，请稍后再试")


class ByAppPassword(V1Case):
    """Somebody who finds one in an old client does not get the account by it."""

    def setUp(self):
        super().setUp()
        apps = AppPasswords(self.store, self.accounts.sessions, lambda: self.now)
        _, secret = self.run_now(apps.make(self.ann, "Phone"))
        answer = self.post("/v1/user/login_pw", {"name": "Ann", "password": secret})
        self.assertEqual((answer.json["code"], answer.json["userId"]), (0, 1))
        self.as_app = f"?token={answer.json['tokens']}&userId=1"

    def test_it_may_not(self):
        refusal = "用应用专用密码登录的设备不能更改登录方式、邮箱或删除账号"
        for fields in ({"password": "battery staple"}, {"email": "a@b.de"}, {"email": "", "gender": "f"}):
            for more in ({}, {"oldPassword": "correct horse"}):
                self.no(self.post(f"/v1/user/updata{self.as_app}", {"id": 1} | fields | more), refusal)
        self.no(self.form("DELETE", f"/v1/user/delete{self.as_app}", {"id": 1}), refusal)

    def test_it_may(self):
        self.yes(self.post(f"/v1/user/updata{self.as_app}", {"id": 1, "gender": "f"}), data="Ann")
        self.yes(self.post(f"/v1/relation/add{self.as_app}", {"userId": 1, "targetName": "Bob"}))


class Deleting(V1Case):
    def test_id_in_the_query(self):
        self.yes(self.request("DELETE", f"/v1/user/delete{self.as_ann}&id=1"))
        self.assertEqual(self.request("GET", f"/v1/user/list{self.as_ann}").status, 401)
        self.assertEqual(self.ledger.appended[-1].kind, Kind.SIGNED_OUT)

    def test_id_in_the_body(self):
        self.yes(self.form("DELETE", f"/v1/user/delete{self.as_ann}", {"id": 1}))
        self.no(self.post("/v1/user/login_pw", {"name": "Ann", "password": "correct horse"}), "用户名或密码错误")

    def test_id_in_a_multipart_body(self):
        body, kind = multipart({"id": "1"})
        self.yes(self.request("DELETE", f"/v1/user/delete{self.as_ann}", body, Content_Type=kind))

    def test_foreign_or_bad_id_is_500(self):
        for bad in ("&id=2", "&id=x", "&id=", "", "&id=undefined", "&id=1&id=2"):
            self.no(self.request("DELETE", f"/v1/user/delete{self.as_ann}{bad}"), "只能操作自己的账号", 500)
        self.no(self.form("DELETE", f"/v1/user/delete{self.as_ann}&id=1", {"id": 2}), "只能操作自己的账号", 500)
        self.assertEqual(len(self.request("GET", f"/v1/user/list{self.as_ann}").json), 2)


class History(V1Case):
    def setUp(self):
        super().setUp()
        self.frames = [f'{{"userId":{1 + i % 2},"Content":"第{i}条"}}' for i in range(5)]
        self.successResultOf(self.store.write(self.insert, self.frames))

    def insert(self, connection, frames):
        connection.execute(tables.conversations.insert().values(id=1, scope=Scope.USER, first=1, second=2))
        for i, frame in enumerate(frames, start=1):
            row = {"position": i, "conversation": 1, "seq": i, "n": i, "kind": Kind.MESSAGE, "scope": Scope.USER}
            more = {
                "sender": 1,
                "target": 2,
                "subject": 0,
                "time": NOW,
                "body": frame.encode(),
                "device": 0,
                "counter": 0,
            }
            connection.execute(tables.events.insert().values(row | more))

    def history(self, query=None, **fields):
        fields = {"userIdA": 1, "userIdB": 2} | fields
        answer = self.post(f"/v1/user/redisMsg{query or self.as_ann}", fields)
        self.assertEqual(
            {key: value for key, value in answer.json.items() if key != "Total"},
            {"Code": 0, "Msg": "", "Data": None, "Rows": "ok"},
        )
        return answer.json["Total"]

    def test_everything_newest_first(self):
        self.assertEqual(self.history(), self.frames[::-1])
        self.assertEqual(self.history(self.as_bob, userIdA=2, userIdB=1), self.frames[::-1])

    def test_slices(self):
        self.assertEqual(self.history(start=0, end=1, isRev="false"), [self.frames[4], self.frames[3]])
        self.assertEqual(self.history(start=0, end=1, isRev="true"), self.frames[:2])
        self.assertEqual(self.history(start=-2, end=-1, isRev="true"), self.frames[3:])
        self.assertEqual(self.history(start="undefined", end="undefined", isRev="undefined"), self.frames[::-1])
        self.assertEqual(self.history(start=7, end=9), [])

    def test_nobody_said_anything(self):
        self.assertEqual(self.history(userIdB=1), [])
        self.assertEqual(self.history(userIdB=99), [])

    def test_refusals(self):
        def refused(message, **fields):
            self.no_list(self.post(f"/v1/user/redisMsg{self.as_ann}", {"userIdA": 1, "userIdB": 2} | fields), message)

        refused("只能操作自己的账号", userIdA=2, userIdB=3)
        for name in ("userIdA", "userIdB", "start", "end"):
            refused(f"字段无效: {name}", **{name: "x"})
            refused(f"字段无效: {name}", **{name: ""})
        refused("字段无效: userIdB", userIdB="undefined")


class Friends(V1Case):
    def test_both_at_once(self):
        self.yes(self.post(f"/v1/relation/add{self.as_ann}", {"userId": 1, "targetName": "bOB"}))
        (friend,) = self.rows(self.post(f"/v1/relation/list{self.as_ann}", {"userId": 1}))
        self.assertEqual((list(friend), friend["ID"], friend["Name"]), (USER_KEYS, 2, "Bob"))
        (friend,) = self.rows(self.post(f"/v1/relation/list{self.as_bob}", {"userId": 2}))
        self.assertEqual(friend["ID"], 1)

    def test_nobody(self):
        self.assertEqual(self.rows(self.post(f"/v1/relation/list{self.as_ann}", {"userId": 1})), [])

    def test_number_is_an_id(self):
        self.yes(self.post(f"/v1/relation/add{self.as_ann}", {"userId": 1, "targetName": 2}))

    def test_personal_fields_are_ones_own(self):
        self.post(f"/v1/user/updata{self.as_bob}", {"id": 2, "phone": "13812345678", "email": "a@b.de"})
        self.post(f"/v1/relation/add{self.as_ann}", {"userId": 1, "targetName": "Bob"})
        (friend,) = self.rows(self.post(f"/v1/relation/list{self.as_ann}", {"userId": 1}))
        self.assertEqual((friend["Phone"], friend["Email"]), ("", ""))

    def test_list_refusals(self):
        self.no_list(self.post(f"/v1/relation/list{self.as_ann}", {"userId": 2}), "只能操作自己的账号")
        for fields in ({}, {"userId": "x"}, {"userId": "undefined"}):
            self.no_list(self.post(f"/v1/relation/list{self.as_ann}", fields), "字段无效: userId")

    def test_add_refusals(self):
        def add(target, user=1):
            return self.post(f"/v1/relation/add{self.as_ann}", {"userId": user, "targetName": target})

        self.no(add("Ann"), "不能添加自己为好友")
        self.no(add("1"), "不能添加自己为好友")
        self.no(add("Zoe"), "该用户不存在")
        self.no(add("ａnn"), "不能添加自己为好友")
        self.no(add("Bob\u200b"), "该用户不存在")
        self.no(add("undefined"), "字段无效: targetName")
        self.no(add("Bob", user=2), "只能操作自己的账号")
        self.yes(add("Bob"))
        self.no(add("Bob"), "已经是好友")


class GroupCalls(V1Case):
    def make(self, query=None, **fields):
        return self.post(f"/v1/relation/new_group{query or self.as_ann}", {"ownerId": 1, "name": "Team"} | fields)

    def joined(self, query, user):
        return self.rows(self.post(f"/v1/relation/group_list{query}", {"ownerId": user}))

    def test_made_and_listed(self):
        self.yes(self.make(cate=3, icon="/t.png", desc="us"))
        (group,) = self.joined(self.as_ann, 1)
        self.assertEqual(list(group), GROUP_KEYS)
        self.assertEqual(
            group,
            {
                "ID": FIRST_GROUP_ID,
                "CreatedAt": "2023-11-14T22:13:20.000Z",
                "UpdatedAt": "2023-11-14T22:13:20.000Z",
                "DeletedAt": None,
                "Name": "Team",
                "OwnerId": 1,
                "Type": 3,
                "Image": "/t.png",
                "Desc": "us",
            },
        )

    def test_as_the_page_writes_it(self):
        body = b"ownerId=1&cate=&icon=undefined&name=R&D%20#1&memo=ours"
        self.yes(self.request("POST", f"/v1/relation/new_group{self.as_ann}", body, Content_Type=FORM))
        (group,) = self.joined(self.as_ann, 1)
        self.assertEqual((group["Name"], group["Type"], group["Image"], group["Desc"]), ("R&D #1", 0, "", ""))

    def test_make_refusals(self):
        self.yes(self.make())
        self.no(self.make(name="tEAM"), "该名称已被使用")
        for name in ("", " ", "undefined", "x" * 65):
            self.no(self.make(name=name), "字段无效: name")
        self.no(self.make(name="x", cate="x"), "字段无效: cate")
        self.no(self.make(name="x", cate=-1), "字段无效: cate")
        self.no(self.make(name="x", icon="javascript:x"), "字段无效: icon")
        self.no(self.make(name="x", desc="x" * 1025), "字段无效: desc")
        self.no(self.make(name="x", ownerId=2), "只能操作自己的账号")
        self.no(self.make(name="x", ownerId="x"), "字段无效: ownerId")
        self.ledger.refuse = Busy()
        self.no(self.make(name="x"), "服务器繁忙，请稍后再试")
        self.assertEqual(len(self.joined(self.as_ann, 1)), 1)

    def test_list_refusals(self):
        self.no_list(self.post(f"/v1/relation/group_list{self.as_ann}", {"ownerId": 2}), "只能操作自己的账号")
        self.no_list(self.post(f"/v1/relation/group_list{self.as_ann}", {"userId": 1}), "字段无效: ownerId")
        self.assertEqual(self.joined(self.as_ann, 1), [])

    def join(self, target, user=2):
        return self.post(f"/v1/relation/join_group{self.as_bob}", {"userId": user, "comId": target})

    def test_join(self):
        self.make()
        self.yes(self.join("tEAM"))
        self.assertEqual([group["Name"] for group in self.joined(self.as_bob, 2)], ["Team"])

    def test_join_by_id(self):
        self.make()
        self.yes(self.join(FIRST_GROUP_ID))

    def test_the_rules_of_a_group_hold(self):
        """Joining is at once, or refused plainly: v1 has no requests."""
        self.make()
        team = FIRST_GROUP_ID
        for policy, said in (("approval", "加入该群需要管理员同意"), ("invite", "该群仅限受邀加入")):
            self.run_now(self.groups.edit(1, team, {"join_policy": policy}))
            self.no(self.join("Team"), said)
            self.assertEqual(self.joined(self.as_bob, 2), [])
        self.run_now(self.groups.invite(1, team, 2))
        self.assertEqual(self.joined(self.as_bob, 2), [], "to be invited is not to be in it")
        self.yes(self.join("Team"))
        self.run_now(self.groups.ban(1, team, 2))
        self.no(self.join("Team"), "你已被该群封禁")
        self.run_now(self.groups.unban(1, team, 2))
        self.run_now(self.groups.edit(1, team, {"join_policy": "open"}))
        self.yes(self.join("Team"))
        self.run_now(self.groups.dissolve(1, team))
        self.assertEqual(self.joined(self.as_bob, 2), [])
        self.no(self.join("Team"), "该群不存在")

    def test_join_refusals(self):
        self.make()
        self.no(self.join("other"), "该群不存在")
        self.no(self.join("1"), "该群不存在")
        self.no(self.join("undefined"), "字段无效: comId")
        self.no(self.join("Team", user=1), "只能操作自己的账号")
        self.yes(self.join(" ＴＥＡＭ "))
        self.no(self.join("Team"), "你已加入该群")


class Tree(V1Case):
    def test_unknown_paths(self):
        for path in ("/", "/v1", "/v1/", "/v1/user", "/v1/user/new/", "/v1/user/new/x", "/x/%ff", "*"):
            for method in ("GET", "POST", "HEAD"):
                answer = self.request(method, path)
                self.assertEqual(answer.status, 404, (method, path))
                if method != "HEAD":
                    said = NoSuchAddress.zh if path.startswith("/v1") else NoSuchAddress.en
                    self.assertEqual(answer.json, {"code": -1, "message": said})

    def test_other_methods(self):
        for method, path, allow in (
            ("GET", "/v1/user/new", "POST"),
            ("POST", "/v1/user/list", "GET, HEAD"),
            ("HEAD", "/v1/user/login_pw", "POST"),
            ("POST", "/v1/user/delete", "DELETE"),
            ("BREW", "/v1/user/new", "POST"),
        ):
            answer = self.request(method, path)
            self.assertEqual((answer.status, answer.headers["allow"]), (405, allow))
            if method != "HEAD":
                self.assertEqual(answer.json["code"], -1)

    def test_mounted_below_the_calls(self):
        class Hello(Resource):
            isLeaf = True

            def render_GET(self, request):
                return b"hello"

        self.root.mount("v1/user/SendUserMsg", Hello())
        self.root.mount("healthz", Hello())
        self.assertEqual(self.request("GET", f"/v1/user/SendUserMsg{self.as_ann}").body, b"hello")
        self.assertEqual(self.request("GET", "/healthz").body, b"hello")
        self.assertEqual(self.request("GET", f"/v1/user/list{self.as_ann}").status, 200)
        self.assertEqual(self.request("GET", "/v1/user").status, 404)
        answer = self.request("POST", "/healthz")
        self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))
        self.assertEqual(answer.json["code"], -1)
        answer = self.request("HEAD", "/healthz")
        self.assertEqual((answer.status, answer.headers["content-length"], answer.body), (200, "5", b""))

    def test_what_we_are_called_does_not_matter(self):
        for host in ("a..b", "x" * 300, "", "[::1]", "example.org:"):
            self.assertEqual(self.request("GET", f"/v1/user/list{self.as_ann}", Host=host).status, 200, host)

    def test_odd_methods(self):
        for method in (b"\xff", b"G\xc3\xa9T"):
            connection = self.connect()
            connection.send(method + b" /v1/user/list HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(connection.received()[9:12], (b"400", b"404", b"405"))

    def test_answers_are_not_cached(self):
        self.assertEqual(self.request("GET", f"/v1/user/list{self.as_ann}").headers["cache-control"], "no-store")


class Failing(V1Case):
    def test_what_fails_inside_stays_inside(self):
        async def broken(*_):
            raise RuntimeError("the secret of the house")

        self.patch(self.accounts.recogniser, "authenticate", broken)
        answer = self.request("GET", f"/v1/user/list{self.as_ann}")
        self.assertEqual((answer.status, answer.json), (500, {"code": -1, "message": "服务器内部错误"}))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_who_goes_away_cancels_the_call_quietly(self):
        cancelled: list[object] = []
        waiting: Deferred[None] = Deferred(cancelled.append)

        async def wait(*_):
            await waiting

        self.patch(self.accounts.log_ins, "log_in", wait)
        connection = self.connect()
        body = urlencode({"name": "Ann", "password": "correct horse"}).encode()
        connection.send(request_bytes("POST", "/v1/user/login_pw", body))
        self.assertEqual((connection.received(), cancelled), (b"", []))
        connection.transport.loseConnection()
        self.assertEqual(cancelled, [waiting])
        self.assertEqual(self.flushLoggedErrors(), [])


class Phones(SynchronousTestCase):
    def test_given(self):
        """A Chinese mobile number, or the stored one as it was shown."""
        for text, stored, kept in (
            ("13812345678", "", "+8613812345678"),
            ("13812345678", "+8613812345678", "+8613812345678"),
            (" +4930123456 ", "+4930123456", "+4930123456"),
            (" 4930123456", "+4930123456", "+4930123456"),
            ("", "+4930123456", ""),
        ):
            self.assertEqual(phone_of(given_phone(text, stored)), kept)
        for text, stored in (("+4930123456", ""), ("+4930123457", "+4930123456"), ("x", ""), ("+8613812345678", "")):
            self.assertRaises(InvalidField, given_phone, text, stored)

    def test_shown(self):
        self.assertEqual(shown_phone("+8613812345678"), "13812345678")
        for other in ("+861012345678", "+4930123456", ""):
            self.assertEqual(shown_phone(other), other)
