"""XML as a real server printed it, and what is read of a client's."""

from __future__ import annotations

import re

import pytest

from rpcauth.rest.ym.dto import (
    ERROR_RESPONSE,
    GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN,
    OIDC_GET_ACCESS_TOKEN_RESPONSE,
    SERVICES,
    SERVICESTACK,
)
from rpcauth.rest.ym.formats import xml
from rpcauth.rest.ym.reading import Fault, Malformed, Node, Unconvertible, WrongShape, read_values
from rpcauth.rest.ym.types import Dto, Member, Scalar, Values
from tests.rest.ym.answers import ANSWERS, find_dto, list_answers, list_named, read_date, request_body, response_body

INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
BOMB = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))


def wrap(
    content: str, name: str = "OIDCGetAccessToken", attributes: str = f'xmlns="{SERVICES}" xmlns:i="{INSTANCE}"'
) -> str:
    return f"<{name} {attributes}>{content}</{name}>"


def read(body: str, dto: Dto = OIDC_GET_ACCESS_TOKEN) -> Values:
    return read_values(dto, xml.parse(body.encode(), dto))


def parse_member(element: str) -> Node:
    """The node of the one member of a body."""
    members = xml.parse(wrap(element).encode(), OIDC_GET_ACCESS_TOKEN).members()
    assert members is not None
    [(_, node)] = members
    return node


def print_message(text: str) -> str:
    body = xml.print_values(ERROR_RESPONSE, {"ResponseStatus": {"Message": text}}).decode()
    return body.partition('<ErrorCode i:nil="true" />')[2].partition("<StackTrace")[0]


@pytest.mark.parametrize("name", list_answers(b"<?xml"))
def test_answers_are_printed_as_the_original_prints_them(name: str) -> None:
    dto, values = ANSWERS[name]
    assert xml.print_values(dto, values) == response_body(name)


@pytest.mark.parametrize("name", list_named(b"<?xml"))
def test_every_answer_of_the_original_is_read_and_printed_again_equal(name: str) -> None:
    dto, body = find_dto(name), response_body(name)
    assert xml.print_values(dto, read_values(dto, xml.parse(body, dto))) == body


def test_members_of_a_base_class_stand_first_and_get_only_ones_do_not() -> None:
    values: Values = {"ClientID": 3, "AppId": "a", "UsingRedis": True, "ServerID": "S", "GrantType": "RefreshToken"}
    printed = xml.print_values(GET_ACCESS_TOKEN, values).decode()
    assert re.findall(r"<(\w+)", printed) == [
        *("GetAccessToken", "BypassCache", "ClientID", "Device", "ResponseStatus"),
        *("AppId", "AppSecert", "AppSecret", "Code", "GrantType", "RefreshToken", "Scope"),
    ]


def test_prefixes_are_named_by_the_depth_of_the_element_that_declares_them() -> None:
    status: Values = {"Errors": [{"Meta": {"k": "v"}}, None], "Meta": {}}
    printed = xml.print_values(OIDC_GET_ACCESS_TOKEN_RESPONSE, {"ResponseStatus": status}).decode()
    assert (
        f'<d2p1:Errors><d2p1:ResponseError><d2p1:Meta xmlns:d5p1="{ARRAYS}"><d5p1:KeyValueOfstringstring>'
        "<d5p1:Key>k</d5p1:Key><d5p1:Value>v</d5p1:Value></d5p1:KeyValueOfstringstring></d2p1:Meta></d2p1:ResponseError>"
        f'<d2p1:ResponseError i:nil="true" /></d2p1:Errors><d2p1:Meta xmlns:d3p1="{ARRAYS}" /></ResponseStatus>'
    ) in printed


def test_a_namespace_that_another_default_hides_gets_a_prefix() -> None:
    leaf = Dto(name="Leaf", namespace="urn:a", own=(Member(name="M", type=Scalar.STRING),))
    base = Dto(name="Base", namespace="urn:b", own=(Member(name="L", type=leaf),))
    root = Dto(name="Root", namespace="urn:a", base=base, own=())
    printed = xml.print_values(root, {"L": {"M": "m"}})
    assert printed.endswith(b'<L xmlns:d2p1="urn:a" xmlns="urn:b"><d2p1:M>m</d2p1:M></L></Root>')


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("<a href='x'>&amp;]]>", "&lt;a href='x'&gt;&amp;amp;]]&gt;"),
        ("\"'", "\"'"),
        ("a\r\nb\tc", "a&#xD;\nb\tc"),
        ("\x00\x08\x0b\x1f", "\ufffd" * 4),
        ("\ufffe\uffff\ud800", "\ufffd" * 3),
        ("\x7f\x85\x9fé\u2028😀", "\x7f\x85\x9fé\u2028😀"),
    ],
    ids=ascii,
)
def test_text_is_escaped(text: str, printed: str) -> None:
    assert print_message(text) == f"<Message>{printed}</Message>"


def test_an_empty_string_is_an_empty_element_and_no_null() -> None:
    assert print_message("") == "<Message />"


def test_numbers_are_printed_as_dotnet_does() -> None:
    dto = Dto(name="P", namespace=SERVICESTACK, own=(Member(name="F", type=Scalar.DOUBLE),))
    assert xml.print_values(dto, {"F": 1.5e300}).endswith(b"<F>1.5E+300</F></P>")


def test_a_member_that_is_not_documented_is_read_and_not_printed() -> None:
    values = read(wrap("<code_verifier>v</code_verifier>"))
    assert values == {"code_verifier": "v"}
    assert b"verifier" not in xml.print_values(OIDC_GET_ACCESS_TOKEN, values)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ct application/xml accept same", {"client_id": "cid", "code": "abc", "grant_type": "authorization_code"}),
        ("bind xml text/xml charset", {"code": "a", "scope": "dump"}),
        # The original dropped the code, since it stands too late, and refused the other body.
        ("bind xml misordered", {"code": "a", "scope": "dump"}),
        ("bind xml no ns", {"code": "a", "scope": "dump"}),
    ],
)
def test_requests_bind_in_any_order_and_without_a_namespace(name: str, values: Values) -> None:
    assert read(request_body(name).decode()) == values


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("", {}),
        ("\n  <code>a</code>\n  <!-- no --><?no no?>", {"code": "a"}),
        ("<code> a\n b </code>", {"code": " a\n b "}),
        ("<code>a<![CDATA[<b>&amp;]]>&#233;&#x1F600;&lt;<!-- no -->c</code>", {"code": "a<b>&amp;é😀<c"}),
        ("<code>a&#xD;\r\nb</code>", {"code": "a\r\nb"}),
        ("<code/><scope></scope>", {"code": "", "scope": ""}),
        ('<code i:nil="true" /><scope i:nil="1">x</scope>', {"code": None, "scope": None}),
        ('<code i:nil="false">a</code><scope nil="true">b</scope>', {"code": "a", "scope": "b"}),
        ("<CODE>a</CODE><redirectUri>u</redirectUri>", {"code": "a", "redirect_uri": "u"}),
        ("<code>a</code><code>b</code>", {"code": "b"}),
        ('<n:code xmlns:n="urn:any">a</n:code><code xmlns="">b</code>', {"code": "b"}),
        ("<other><code>no</code></other><code>a</code>", {"code": "a"}),
        ("<ClientID> 12 </ClientID><BypassCache>true</BypassCache>", {"ClientID": 12, "BypassCache": True}),
        ("<ClientID></ClientID>", {"ClientID": None}),
        ("<AppInitTime>2024-05-03T12:00:00Z</AppInitTime>", {"AppInitTime": read_date("2024-05-03T12:00:00Z")}),
        ('<ResponseStatus i:nil="true" />', {"ResponseStatus": None}),
        ("<ResponseStatus> <Errors /> </ResponseStatus>", {"ResponseStatus": {"Errors": []}}),
        (
            "<ResponseStatus><Errors><ResponseError><Message>m</Message></ResponseError>"
            '<any i:nil="true"/></Errors></ResponseStatus>',
            {"ResponseStatus": {"Errors": [{"Message": "m"}, None]}},
        ),
        (
            f'<ResponseStatus><Meta xmlns:x="{ARRAYS}"><x:KeyValueOfstringstring><x:Value>v</x:Value><x:Key>k</x:Key>'
            "</x:KeyValueOfstringstring><x:KeyValueOfstringstring><x:Key /></x:KeyValueOfstringstring><other /></Meta>"
            "</ResponseStatus>",
            {"ResponseStatus": {"Meta": {"k": "v", "": None}}},
        ),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_values_are_read(content: str, values: Values) -> None:
    assert read(wrap(content)) == values


@pytest.mark.parametrize(
    "body",
    [
        "\ufeff{}".encode(),
        "\ufeff<?xml version='1.0' encoding='utf-8'?>{}".encode(),
        b"<?xml version='1.0'?>\r\n{}\r\n",
        b"<?xml version='1.0' encoding='ISO-8859-1'?>{}",
        b"<!-- no -->{}<?no no?>",
    ],
)
def test_a_body_may_have_a_bom_and_a_declaration(body: bytes) -> None:
    whole = body.replace(b"{}", wrap("<code>a</code>").encode())
    assert read_values(OIDC_GET_ACCESS_TOKEN, xml.parse(whole, OIDC_GET_ACCESS_TOKEN)) == {"code": "a"}


@pytest.mark.parametrize("declaration", ["", "<?xml version='1.0' encoding='utf-16'?>"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_body_may_be_utf_16(encoding: str, declaration: str) -> None:
    body = ("\ufeff" + declaration + wrap("<code>é😀</code>")).encode(encoding)
    assert read_values(OIDC_GET_ACCESS_TOKEN, xml.parse(body, OIDC_GET_ACCESS_TOKEN)) == {"code": "é😀"}


@pytest.mark.parametrize(
    "body",
    [
        wrap("<code>a</code>", attributes=f'i:nil="false" xmlns:i="{INSTANCE}"'),
        wrap("<p:code>a</p:code>", name="p:OIDCGetAccessToken", attributes=f'xmlns:p="{SERVICES}"'),
    ],
)
def test_prefixes_are_free(body: str) -> None:
    assert read(body) == {"code": "a"}


def test_a_null_root_has_no_members() -> None:
    assert read(wrap("", attributes=f'i:nil="true" xmlns:i="{INSTANCE}"')) == {}


def test_elements_in_place_of_text_are_a_binding_error() -> None:
    with pytest.raises(Unconvertible) as refusal:
        read(wrap('<grant_type>x<a><b xmlns="urn:b">y</b></a></grant_type><ClientID>abc</ClientID>'))
    assert refusal.value.faults == (Fault("grant_type", "x<a><b>y</b></a>"), Fault("ClientID", "abc"))


@pytest.mark.parametrize(
    "element",
    ["<m>a</m>", "<m>a<b/></m>", "<m><KeyValueOfstringstring><Value>v</Value></KeyValueOfstringstring>a</m>"],
)
def test_text_is_no_list_object_or_map(element: str) -> None:
    node = parse_member(element)
    for ask in (node.items, node.members, node.entries):
        with pytest.raises(WrongShape):
            ask()


@pytest.mark.parametrize("key", ["", '<Key i:nil="true" />', "<Key><a/></Key>"])
def test_an_entry_of_a_map_has_a_key(key: str) -> None:
    node = parse_member(f"<m><KeyValueOfstringstring>{key}<Value>v</Value></KeyValueOfstringstring></m>")
    with pytest.raises(WrongShape):
        node.entries()


def nest(levels: int) -> bytes:
    """A body of so many levels, itself one."""
    return wrap("<a>" * (levels - 1) + "</a>" * (levels - 1)).encode()


def test_a_body_may_be_16_levels_deep_and_have_1024_elements() -> None:
    for body, excessive in (
        (nest(16), nest(17)),
        (wrap("<a/>" * 1023).encode(), wrap("<a/>" * 1024).encode()),
    ):
        xml.parse(body, OIDC_GET_ACCESS_TOKEN)
        with pytest.raises(Malformed):
            xml.parse(excessive, OIDC_GET_ACCESS_TOKEN)


@pytest.mark.parametrize(
    "body",
    [
        *("", " ", "a", "{}", "<", "<a", "<OIDCGetAccessToken>", "<OIDCGetAccessToken/><OIDCGetAccessToken/>"),
        *("<GetAccessToken/>", "<oidcgetaccesstoken/>", '<OIDCGetAccessToken xmlns="urn:other"/>'),
        *(wrap("a"), wrap("<code>a</code>b"), wrap("<code>a</cod>"), wrap("<p:code>a</p:code>")),
        *(
            wrap("<code>&nbsp;</code>"),
            wrap("<code>&#0;</code>"),
            wrap("<code>&#xD800;</code>"),
            wrap("<code>\x01</code>"),
        ),
        *(wrap("<code a='1' a='2'/>"), " <?xml version='1.0'?><OIDCGetAccessToken/>"),
        *(
            f"<?xml version='1.0' encoding='{name}'?><OIDCGetAccessToken/>"
            for name in ("no-such", "utf-7", "hex", "euc-jp", "windows-1252")
        ),
        "<!DOCTYPE OIDCGetAccessToken><OIDCGetAccessToken/>",
        "<!DOCTYPE OIDCGetAccessToken SYSTEM 'file:///etc/passwd'><OIDCGetAccessToken/>",
        f"<!DOCTYPE a [<!ENTITY l0 'lol'>{BOMB}]><OIDCGetAccessToken><code>&l9;</code></OIDCGetAccessToken>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><OIDCGetAccessToken><code>&x;</code></OIDCGetAccessToken>",
        "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1/'> %x;]><OIDCGetAccessToken/>",
        "<!DOCTYPE a [<!ATTLIST OIDCGetAccessToken b CDATA 'c'>]><OIDCGetAccessToken/>",
    ],
    ids=lambda body: repr(body)[:40],
)
def test_any_other_body_is_malformed(body: str) -> None:
    with pytest.raises(Malformed) as refusal:
        xml.parse(body.encode(), OIDC_GET_ACCESS_TOKEN)
    assert refusal.value.args == ()


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xef\xbf\xbf", b"\x00"])
def test_text_that_is_no_utf_8_or_no_xml_is_malformed(bad: bytes) -> None:
    with pytest.raises(Malformed):
        xml.parse(b"<OIDCGetAccessToken><code>" + bad + b"</code></OIDCGetAccessToken>", OIDC_GET_ACCESS_TOKEN)
