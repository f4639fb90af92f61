"""Socket.IO packets that break the protocol, by how."""

from vezta_stream.gateway.packets import Violation

MALFORMED: dict[Violation, list[str]] = {
    Violation.EMPTY: [""],
    Violation.PACKET_TYPE: [
        *("7", "a", '"a"', " 0/ws,", "-1", "²", "٣", "4", '4/ws,"x"', '4/ws,{"message":"no"}'),
        *('2/ws,1234567890123456["a"]', "true", "null", "{}", "[]"),
    ],
    Violation.NOT_JSON: [
        *("2/ws,[", '2/ws,["a"', "2/ws,['a']", '2/ws,["a"]x', "2/ws,٣[]", "2/ws,[NaN]", "2x"),
        *(
            "2/ws," + "[" * 60_000,
            "0/ws," + '{"a":' * 10_000,
            '2/ws,["\\ud800"]',
            "0/ws,{",
            "0/ws,1.5",
        ),
        *('51234567890-["a"]', '2/ws,["subscribe",1e400]', '2/ws,["a",' + "9" * 50_000 + "]"),
    ],
    Violation.BAD_BODY: [
        *("2", "2/ws,", "2/ws,{}", "2/ws,[]", "2/ws,[1]", "2/ws,[null]", '2/ws,"a"'),
        *('2/ws,[["a"]]', "0/ws,[]", '0/ws,"t"', "1/ws,{}"),
        *("3/ws,[]", "3/ws,1{}", "3/ws,1"),
    ],
    Violation.RESERVED_EVENT: [
        *('2/ws,["connect"]', '2/ws,["disconnect"]', '2/ws,["disconnecting"]'),
        *('2/ws,["connect_error"]', '2/ws,["newListener"]', '2/ws,["removeListener"]'),
    ],
    Violation.ATTACHMENT: [
        *('51["a"]', '50-/ws,["a"]', '511-/ws,["a"]', '5999999999-["a"]', '21-/ws,["a"]'),
    ],
    Violation.NAMESPACE: ["0/" + "x" * 200 + ","],
}
