from hypothesis import given
from hypothesis import strategies as st

from vezta_stream.bus.redis_keys import scope_keys
from vezta_stream.core.channels import PRIVATE, Channel
from vezta_stream.core.positions import Scope

users = st.text(max_size=20)
scopes = st.builds(Scope, st.sampled_from(sorted(PRIVATE)), users)


def test_a_public_channel_has_its_name_as_tag() -> None:
    keys = scope_keys("vezta", Scope(Channel.MARKET_PRICES))

    assert keys.meta == "vezta:{market:prices}:meta"
    assert keys.channel == "vezta:{market:prices}:channel"


def test_a_user_is_hex_encoded() -> None:
    keys = scope_keys("vezta", Scope(Channel.USER_ORDERS, "a}b"))

    assert keys.log == "vezta:{user:orders:617d62}:log"


@given(scope=scopes)
def test_all_names_of_a_scope_share_one_tag(scope: Scope) -> None:
    tags = {name[name.index("{") + 1 : name.index("}")] for name in scope_keys("p", scope)}

    assert len(tags) == 1
    assert "" not in tags


@given(one=scopes, other=scopes)
def test_scopes_share_no_name(one: Scope, other: Scope) -> None:
    shared = set(scope_keys("p", one)) & set(scope_keys("p", other))

    assert (not shared) == (one != other)
