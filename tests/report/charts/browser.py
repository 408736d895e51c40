"""Controls a headless Chromium by the DevTools protocol over a pipe, without other packages."""

import json
import os
import shutil
import subprocess
import tempfile
import time


def find():
    """The path of Chromium, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """Shows one page at a time; collects the errors of its console and its network requests."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="descent_browser_")
        to_browser, self.out = os.pipe()
        self.input, from_browser = os.pipe()
        for end, number in ((to_browser, 3), (from_browser, 4)):
            os.set_inheritable(end, True)
        script = f"exec 3<&{to_browser} 4>&{from_browser}; exec \"$@\""
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", find(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.count, self.session = b"", 0, None
        self.errors, self.requests = [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.out)
        self.process.kill()
        self.process.wait()
        os.close(self.input)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **params):
        self.count += 1
        number = self.count
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def receive(self):
        while b"\0" not in self.buffer:
            data = os.read(self.input, 1 << 20)
            if not data:
                raise RuntimeError("the browser ended")
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        self.note(message.get("method"), message.get("params", {}))
        return message

    def note(self, method, params):
        if method == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"].get("exception", {}).get("description", str(params)))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.errors.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def open(self, file, width=1400, dark=False, seconds=60):
        """Waits until the page reports that all charts are drawn."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        end = time.monotonic() + seconds
        self.call("Page.navigate", url="file://" + os.path.abspath(file))
        while time.monotonic() < end:
            if self.evaluate("document.documentElement?.dataset.charts") == "drawn":
                return
            time.sleep(0.05)
        raise RuntimeError(f"{file}: the charts were not drawn in {seconds} s; {self.errors}")

    def hover(self, selector, most=12):
        """Moves the mouse onto one matching shape after the other until a tooltip appears; returns its text."""
        for index in range(most):
            place = self.evaluate("""(() => {
                const shape = document.querySelectorAll(%s)[%d];
                if (!shape) return null;
                shape.scrollIntoView({behavior: 'instant', block: 'center'});
                const box = shape.getBoundingClientRect(), places = [{x: box.x + box.width / 2, y: box.y + box.height / 2}];
                for (const share of [.3, .6, .9])
                  places.push(shape.getPointAtLength(share * shape.getTotalLength()).matrixTransform(shape.getScreenCTM()));
                for (const place of places) {
                  const at = [Math.round(place.x), Math.round(place.y)];
                  if (document.elementFromPoint(...at) === shape) return at;
                }
              })()""" % (json.dumps(selector), index))
            if not place:
                continue
            time.sleep(0.5)  # until the page has scrolled
            for shift in (-2, 0, 1, 0):  # smaller moves are ignored
                self.call("Input.dispatchMouseEvent", type="mouseMoved", x=place[0] + shift, y=place[1])
                time.sleep(0.3)
                text = self.evaluate("document.querySelector('#vg-tooltip-element.visible')?.innerText")
                if text and shift == 0:
                    return text
