"""Listen: each spike is a click, the target on the left and the user's neuron on the right."""

import base64
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import expect

import plausiwidgets as pw

MODELS = ["izhikevich"]

LEAD = 0.05  # s: the silence before a playback begins

# The page plays into a context that is rendered later, as fast as possible, and whose samples can be read.
OFFLINE = """() => {
    window.AudioContext = class {
        constructor() {
            const context = new OfflineAudioContext(2, 15 * 44100, 44100);
            Object.defineProperty(context, 'state', { value: 'running' });
            context.resume = context.suspend = context.close = async () => {};
            window.offline = context;
            return context;
        }
    };
}"""

RENDERED = """async () => {
    const buffer = await window.offline.startRendering();
    return [0, 1].map((channel) => {
        const bytes = new Uint8Array(buffer.getChannelData(channel).buffer);
        let text = '';
        for (let k = 0; k < bytes.length; k += 32768) text += String.fromCharCode(...bytes.subarray(k, k + 32768));
        return btoa(text);
    });
}"""


def rendered(page) -> list[np.ndarray]:
    """The samples of the left and of the right channel."""
    return [np.frombuffer(base64.b64decode(text), np.float32) for text in page.evaluate(RENDERED)]


def onsets(samples: np.ndarray, rate: float = 44100.0, loud: float = 0.1, quiet: float = 0.002) -> np.ndarray:
    """The times in s at which a channel becomes loud after it was quiet for some time."""
    above = np.flatnonzero(np.abs(samples) > loud)
    is_first = np.diff(above, prepend=-np.inf) > quiet * rate
    return above[is_first] / rate


def published(pattern: str) -> tuple[dict[str, float], float]:
    """The parameters and the time step of the published neuron of a pattern, which is the target."""
    preset = next(one for one in pw.models.get("izhikevich").presets if one.pattern == pattern)
    return dict(preset.parameters), preset.dt


def clicks_of(pattern: str, values: dict[str, float], dt: float, speed: float) -> np.ndarray:
    """The times in s at which the spikes of the Izhikevich neuron must be heard."""
    (trace,) = pw.judge("izhikevich", pattern, values, dt=dt, verify=False).traces.values()
    return LEAD + (trace.spike_times[0] - trace.t[0]) / 1000.0 / speed


def listen(page) -> None:
    page.get_by_role("button", name="Listen").click()


@pytest.mark.parametrize(
    ("pattern", "name", "value", "speed"),
    [
        ("tonic_spiking", "d", 4.0, 5),
        ("tonic_bursting", "c", -54.0, 5),
        ("rebound_spike", "b", 0.255, 10),
        ("rebound_burst", "c", -50.0, 10),
    ],
)
def test_each_spike_of_the_target_clicks_on_the_left_and_each_of_yours_on_the_right(
    opened, pattern, name, value, speed
):
    values, dt = published(pattern)
    moved = {**values, name: value}
    page = opened("#" + urlencode({"pattern": pattern, **moved, "dt": dt}))
    page.evaluate(OFFLINE)
    whole = page.get_by_role("button", name="Whole sweep")
    if whole.count():
        whole.click()
    listen(page)
    if speed != 5:
        page.get_by_label("Speed").select_option(label=f"1/{speed}")  # the clicks of the former speed end
    left, right = rendered(page)
    target = clicks_of(pattern, values, dt, 1 / speed)
    yours = clicks_of(pattern, moved, dt, 1 / speed)
    assert target.size > 0
    np.testing.assert_allclose(onsets(left), target, rtol=0, atol=0.001)
    np.testing.assert_allclose(onsets(right), yours, rtol=0, atol=0.001)
    assert target.size != yours.size or np.abs(target - yours).max() > 0.001


def test_the_space_bar_plays_only_while_no_control_has_the_focus_and_escape_and_a_slider_stop(opened):
    page = opened("#pattern=tonic_spiking")
    button, line = page.locator(".pw-listen"), page.locator(".pw-playhead")
    expect(button).to_have_text("▶ Listen")
    page.mouse.move(0, 0)
    page.locator("[data-pw-figure]").hover()
    page.keyboard.press("Space")
    expect(button).to_have_accessible_name("Stop sound")
    expect(line).to_be_visible()
    before = line.bounding_box()["x"]
    page.wait_for_function("x => document.querySelector('.pw-playhead').getBoundingClientRect().x > x + 5", arg=before)
    page.keyboard.press("Space")
    expect(line).to_be_hidden()
    slider = page.locator("[data-name=c]")
    slider.focus()
    page.keyboard.press("Space")
    expect(button).to_have_text("▶ Listen")
    for key in ("Escape", "ArrowRight"):
        listen(page)
        expect(line).to_be_visible()
        slider.focus()
        page.keyboard.press(key)
        expect(line).to_be_hidden()
        expect(button).to_have_text("▶ Listen")


NEVER = """() => {
    AudioContext.prototype.resume = () => new Promise(() => {});
    Object.defineProperty(AudioContext.prototype, 'state', { value: 'suspended' });
}"""


@pytest.mark.parametrize("forbid", ["() => { delete window.AudioContext }", NEVER])
def test_without_audio_a_sentence_is_shown_and_the_line_runs(opened, forbid):
    page = opened("#pattern=tonic_spiking")
    page.evaluate(forbid)
    listen(page)
    expect(page.locator(".pw-played")).to_contain_text("The browser plays no sound here.")
    before = page.locator(".pw-playhead").bounding_box()["x"]
    page.wait_for_function("x => document.querySelector('.pw-playhead').getBoundingClientRect().x > x + 5", arg=before)


def test_a_part_without_spikes_has_a_sentence_instead_of_sound(opened):
    page = opened("#pattern=phasic_spiking")
    page.locator(".pw-sentence button").first.focus()
    for _ in range(4):
        page.keyboard.press("+")  # the only spike is far from the centre
    listen(page)
    expect(page.locator(".pw-played")).to_contain_text("there is nothing to hear")
    expect(page.locator(".pw-listen")).to_have_text("▶ Listen")  # after the last millisecond of the part
    page.keyboard.press("0")
    listen(page)
    expect(page.locator(".pw-played")).to_contain_text("left: target, right: yours")


def test_with_reduced_motion_the_line_jumps(opened):
    page = opened("#pattern=tonic_spiking", reduced_motion="reduce")
    listen(page)
    expect(page.locator(".pw-playhead")).to_be_visible()
    places = page.evaluate("""() => new Promise((done) => {
        const seen = new Set();
        const end = performance.now() + 1500;
        const look = () => {
            seen.add(document.querySelector('.pw-playhead').style.transform);
            if (performance.now() < end) requestAnimationFrame(look);
            else done(seen.size);
        };
        look();
    })""")
    assert 2 <= places <= 5
