"""A real browser without a window, for the tests of the pages and for their pictures: Debian's chromium, driven by its own driver."""
import importlib.util
import json
import os
import pathlib
import shutil
import tempfile
from contextlib import contextmanager
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WAIT = 180  # seconds; whoever waits for longer waits in vain


class Browser:
    """One browser; `problems` collects what nobody may see: words on the console, requests to other hosts."""

    def __init__(self, driver, url):
        self.driver, self.url = driver, url

    def open(self, path):
        self.driver.get(self.url + path)

    def find(self, selector):
        return self.until(lambda driver: next(iter(driver.find_elements(By.CSS_SELECTOR, selector)), None), selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector="main"):
        return self.find(selector).text

    def until(self, condition, what):
        from selenium.common.exceptions import StaleElementReferenceException, TimeoutException

        try:
            return WebDriverWait(self.driver, WAIT, 0.1, ignored_exceptions=[StaleElementReferenceException]).until(condition)
        except TimeoutException:
            body = self.driver.find_element(By.TAG_NAME, "body").text
            raise AssertionError(f"no {what} at {self.driver.current_url}:\n{body[:3000]}") from None

    def until_text(self, words, selector="main"):
        self.until(lambda driver: any(words in one.text for one in driver.find_elements(By.CSS_SELECTOR, selector)), f"'{words}'")

    def until_path(self, path):
        self.until(lambda driver: urlsplit(driver.current_url).path.startswith(path), f"path {path}")

    def sign_in(self, token):
        self.open("/sign-in")
        self.find("input[name=token]").send_keys(token)
        self.find("form[action$='/sign-in'] button").click()
        self.until(lambda driver: "/sign-in" not in driver.current_url, "way in")

    def see(self, dark=False, width=1280, height=900):
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def picture(self, path, height=2400):
        """The whole page, however long, or its upper part; PNG or WebP by the name."""
        import base64

        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height), "scale": 1}
        form = {"format": "webp", "quality": 82} if str(path).endswith(".webp") else {"format": "png"}
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip, **form})["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def is_wider_than_its_window(self):
        return self.driver.execute_script("return document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def axe(self):
        """What axe finds wrong: WCAG 2.2 A and AA, and what its makers recommend."""
        folder = pathlib.Path(importlib.util.find_spec("axe_playwright_python").origin).parent
        self.driver.execute_script((folder / "axe.min.js").read_text())
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1]; axe.run(document).then(done, (error) => done({violations: [{id: String(error), nodes: []}]}))")
        return [
            f"{found['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
            for found in result["violations"] for node in found["nodes"] or [{"html": ""}]]

    def problems(self):
        """Words on the console and requests to other hosts, since it was asked last."""
        found = [
            f"console: {entry['message']}" for entry in self.driver.get_log("browser")
            # A refusal that a test asked for.
            if "status of 4" not in entry["message"]]
        own = urlsplit(self.url).netloc
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = urlsplit(message["params"]["request"]["url"])
                if url.scheme in ("http", "https") and url.netloc != own:
                    found.append(f"another host was asked: {url.netloc}")
        return found


@contextmanager
def browsing(url, scripts=True):
    profile = tempfile.mkdtemp(prefix="browser-")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={profile}",
                     "--disable-background-networking", "--disable-component-update", "--force-prefers-reduced-motion"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.set_script_timeout(WAIT)
        driver.set_page_load_timeout(WAIT)
        browser = Browser(driver, url)
        browser.see()
        yield browser
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)
