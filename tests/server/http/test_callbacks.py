import logging

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server.http import callbacks

PATH = "/_dash-update-component"
INPUT = {"id": "typed", "property": "value", "value": "x"}
CALL = {
    "output": "shown.children",
    "outputs": {"id": "shown", "property": "children"},
    "inputs": [INPUT],
    "changedPropIds": ["typed.value"],
}


def test_well_formed_call_is_answered(client: FlaskClient):
    answer = client.post(PATH, json=CALL)
    assert answer.status_code == 200
    assert "You typed x" in answer.json["response"]["shown"]["children"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        7,
        CALL | {"outputs": None},
        CALL | {"outputs": []},
        CALL | {"outputs": {"id": "other", "property": "children"}},
        CALL | {"output": "nothing.children"},
        CALL | {"output": 7},
        CALL | {"inputs": []},
        CALL | {"inputs": [INPUT, INPUT]},
        CALL | {"inputs": [INPUT | {"id": "other"}]},
        CALL | {"inputs": "typed"},
        CALL | {"state": [INPUT]},
        CALL | {"outputs": "shown.children"},
        CALL | {"changedPropIds": 3},
    ],
)
def test_malformed_call_gets_400_and_a_sentence(body, client: FlaskClient):
    answer = client.post(PATH, json=body)
    assert answer.status_code == 400
    assert set(answer.json or ()) == {"error"}
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("garbage", [b"", b"{", b"\xff\xfe", b'{"output": '])
def test_garbage_gets_400(garbage, client: FlaskClient):
    assert client.post(PATH, data=garbage, content_type="application/json").status_code == 400
    assert client.post(PATH, data=garbage).status_code == 415


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(changes=st.dictionaries(st.sampled_from([*CALL, "state"]), json_values))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_body_breaks_the_server(changes, client: FlaskClient):
    assert client.post(PATH, json=CALL | changes).status_code in (200, 204, 400)


def test_failing_callback_tells_the_log_not_the_user(client: FlaskClient, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR):
        answer = client.post(PATH, json=CALL | {"inputs": [INPUT | {"value": "fail"}]})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "a secret of the server" in caplog.text


def test_an_output_that_callbacks_share_is_known_by_its_name():
    declared = {"id": "shown", "property": "data"}
    assert callbacks._same(declared, callbacks._Property(id="shown", property="data@5f1c"))
    assert not callbacks._same(declared, callbacks._Property(id="shown", property="children@5f1c"))
