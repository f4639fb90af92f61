"""Socket.IO packets that break the protocol, by how; and events that make no sense."""

from vezta_stream.gateway.packets import Violation

MALFORMED: dict[Violation, list[str]] = {
    Violation.EMPTY: [""],
    Violation.PACKET_TYPE: [
        *("7", "a", '"a"', " 0/ws,", "-1", "²", "٣", "4", '4/ws,"x"', '4/ws,{"message":"no"}'),
        *('2/ws,1234567890123456["a"]', "true", "null", "{}", "[]"),
    ],
    Violation.NOT_JSON: [
        *("0/ws," + '{"a":' * 10_000, "0/ws,{", "0/ws,1.5", "1/ws,x", "3/ws,1[", "3/ws,1[NaN]"),
    ],
    Violation.BAD_BODY: [
        *("0/ws,[]", '0/ws,"t"', "1/ws,{}", "3/ws,[]", "3/ws,1{}", "3/ws,1"),
    ],
    Violation.RESERVED_EVENT: [
        *('2/ws,["connect"]', '2/ws,["disconnect"]', '2/ws,["disconnecting"]'),
        *('2/ws,["connect_error"]', '2/ws,["newListener"]', '2/ws,["removeListener"]'),
    ],
    Violation.ATTACHMENT: [
        *(
            '51["a"]',
            '51234567890-["a"]',
            '50-/ws,["a"]',
            '511-/ws,["a"]',
            '5999999999-["a"]',
            '21-/ws,["a"]',
        ),
    ],
    Violation.NAMESPACE: ["0/" + "x" * 200 + ","],
}

# Without the namespace and the number that they are to be acknowledged by.
SENSELESS_EVENTS: dict[Violation, list[str]] = {
    Violation.NOT_JSON: [
        *("[", '["a"', "['a']", '["a"]x', "٣[]", "[NaN]", "x", '["a",Infinity]', '["a",-]'),
        *('["subscribe",1e400]', '["a",' + "9" * 50_000 + "]", '["\\ud800"]', '["a","\\udfff"]'),
        *("[" * 60_000, '["a",' + '{"a":' * 10_000, '["a",' + "[" * 20_000 + "]" * 20_001),
    ],
    Violation.BAD_BODY: ["", "{}", "[]", "[null]", '"a"', "null", "[1]", '[["a"]]', "[{}]"],
}
