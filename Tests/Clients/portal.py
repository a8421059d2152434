#!/usr/bin/env python3
"""What people do at the pages, in a real browser: reads {"scenario", "url", …} as JSON, prints what was wrong as a list of texts.

Each scenario is a function. It raises AssertionError where it cannot go on, and returns what else it noticed.
"""
import json
import pathlib
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import browsing  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402


def expect(condition, words):
    assert condition, words


def choose(browser, path, mode="upsert"):
    browser.find("input[type=file]").send_keys(path)
    browser.find(f"select[name=mode] option[value={mode}]").click()


def upload(question):
    """A file is chosen, sent, watched to its end, and undone."""
    with browsing(question["url"]) as browser:
        browser.open("/portal")
        browser.until_path("/sign-in")
        browser.sign_in(question["token"])
        choose(browser, question["file"])
        browser.find("button.primary").click()
        browser.until_path("/portal/uploads/")
        browser.until_text(question["sentence"], "#sentence")
        for words in question["seen"]:
            browser.until_text(words)
        problems = look(browser)
        browser.find("a.button[href$='/undo']").click()
        browser.until_text(question["undo"])
        problems += look(browser)
        browser.find("button.danger").click()
        browser.until_text("This upload was undone", "#sentence")
        browser.find(".who button").click()
        browser.until_path("/sign-in")
        browser.open("/portal")
        browser.until_path("/sign-in")
        return problems + browser.problems()


def scriptless(question):
    """The same with scripts forbidden: forms and links do it all."""
    with browsing(question["url"], scripts=False) as browser:
        browser.sign_in(question["token"])
        choose(browser, question["file"])
        browser.find("button.primary").click()
        browser.until_path("/portal/uploads/")
        # The page comes again by itself.
        browser.until_text(question["sentence"], "#sentence")
        return browser.problems()


def look(browser):
    """Whether everybody can use the page at hand: by axe, in the dark and in the light, on a narrow screen."""
    problems = []
    path = browser.driver.current_url
    for dark in (False, True):
        browser.see(dark)
        problems += [f"{path} {'dark' if dark else 'light'}: {found}" for found in browser.axe()]
    browser.see(width=320)
    if browser.is_wider_than_its_window():
        problems.append(f"{path}: wider than 320 px")
    problems += [f"{path} at 320 px: {found}" for found in browser.axe()]
    browser.see()
    return problems


def pages(question):
    """Pages are looked at as somebody who is signed in; nothing that a vendor wrote runs."""
    with browsing(question["url"]) as browser:
        problems = look_at_sign_in(browser)
        browser.sign_in(question["token"])
        for path in question["paths"]:
            browser.open(path)
            problems += look(browser)
            if browser.driver.execute_script("return window.hacked"):
                problems.append(f"{path}: a text of a vendor has run")
        return problems + browser.problems()


RIGHT = {"price": "9.99", "compare_at_price": "9.99", "stock_quantity": "5", "category": "Sports", "weight_kg": "1", "image_url": "https://x.example/1.jpg"}


def fix(question):
    """Rejected rows are corrected by keyboard alone: a repair for many, a search, cells from a spreadsheet, and cell by cell."""
    with browsing(question["url"]) as browser:
        browser.sign_in(question["token"])
        browser.open(question["path"])
        repair = browser.find(".repair button")
        expect(repair.text.startswith("Use '"), repair.text)
        repair.send_keys(Keys.ENTER)
        browser.until_path(question["path"] + "/fix")
        browser.until_text("1 of 50 rows changed", "#fix-count")
        problems = look(browser)
        for _ in range(3):
            if not correct(browser):
                break
        wrong = browser.all("input[aria-invalid]")
        expect(not wrong, [field.get_attribute("aria-label") for field in wrong])
        # What was kept is there again.
        browser.open(question["path"] + "/fix")
        browser.until_text("50 of 50 rows changed", "#fix-count")
        expect(not browser.all("input[aria-invalid]"), "kept rows are wrong again")
        browser.find("#submit").send_keys(Keys.ENTER)
        browser.until(lambda driver: driver.current_url.endswith("/fix") is False and question["path"] not in driver.current_url, "new upload")
        browser.until_text("All 50 rows were loaded", "#sentence")
        return problems + browser.problems()


def correct(browser):
    """Types a right value into every wrong cell, and leaves each by Enter."""
    labels = [field.get_attribute("aria-label") for field in browser.all("input[aria-invalid]")]
    for label in labels:
        column, row = label.rsplit(", row ", 1)
        field = browser.find(f"input[aria-label='{label}']")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(RIGHT.get(column, f"Fixed {row}"), Keys.ENTER)
        browser.until(lambda driver: browser.find("#grid").get_attribute("data-state") == "kept", f"answer for {label}")
    return labels


def paste(question):
    """Cells of a spreadsheet fill the cells from where one stands, and each row is checked."""
    with browsing(question["url"]) as browser:
        browser.sign_in(question["token"])
        browser.open(question["path"] + "/fix")
        field = browser.find("input[name$='.4']")
        browser.driver.execute_script(
            "const data = new DataTransfer(); data.setData('text/plain', arguments[1]);"
            "arguments[0].dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))",
            field, "\"1.50\"\t\"7\n\"\r\nfree\t8\r\n")
        browser.until_text("This row is good now", "#grid")
        browser.until_text("'free'", "#grid")
        browser.until_text("2 of 2 rows changed", "#fix-count")
        browser.open(question["path"] + "/fix")
        browser.until_text("2 of 2 rows changed", "#fix-count")
        browser.find("details.card summary").click()
        browser.find("select[name=column] option[value=price]").click()
        browser.find("input[name=value]").send_keys("free")
        browser.find("input[name=by]").send_keys("2.50", Keys.ENTER)
        browser.until(lambda driver: not browser.all("input[aria-invalid]"), "all rows right")
        # A cell that was not left yet: what is sent waits for it.
        field = browser.find("input[aria-label='stock_quantity, row 2']")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys("9")
        browser.find("#submit").click()
        browser.until_text("All 2 rows were loaded", "#sentence")
        return browser.problems()


def check(question):
    """A file with a foreign header: its columns are chosen and its first rows seen before it is sent; then its header is known."""
    with browsing(question["url"]) as browser:
        browser.sign_in(question["token"])
        choose(browser, question["file"])
        browser.until_text("Which of your columns is which?", "#check")
        browser.until_text("The first 100 rows: 1 with mistakes", "#check")
        expect("'gratis'" in browser.text("#check .findings"), "the bad cell is not explained")
        problems = look(browser)
        # Nothing has the name of a SKU for sure: another column is chosen, by keyboard.
        field = browser.find("select[name='from.sku']")
        field.send_keys("Zei")
        browser.until(lambda driver: browser.find("select[name='from.sku'] + small").text == "Chosen", "rows with the chosen column")
        expect(browser.driver.switch_to.active_element.get_attribute("name") == "from.sku", "the focus was lost")
        price = browser.find("select[name='from.price']")
        browser.find("select[name='from.price'] option[value=none]").click()
        browser.until_text("Nothing is taken for price", "#check")
        browser.find("select[name='from.price'] option[value=proposed]").click()
        browser.until(lambda driver: "Nothing is taken" not in browser.text("#check"), "price again")
        browser.find("button[name=dryRun]").click()
        browser.until_path("/portal/uploads/")
        browser.until_text("1 row of 9,000 needs correction", "#sentence")
        browser.find("form[action*='/load'] button").click()
        browser.until_text("8,999 of 9,000 rows were loaded", "#sentence")
        # Its header is known now, and ours was always: nothing is asked.
        for path, words in ((question["again"], "it is read as 'lager' says"), (question["ours"], "The columns of this file are known.")):
            browser.open("/portal")
            choose(browser, path)
            browser.until_text(words, "#check")
            expect(not browser.all("#check select"), "a known header is asked for")
        browser.find("button.primary").click()
        browser.until_path("/portal/uploads/")
        browser.until_text("All 2 rows were loaded", "#sentence")
        return problems + browser.problems()


def many(question):
    """A hundred thousand rejected rows: a cell of the first page, one of a far page, all others at once, and away with them."""
    with browsing(question["url"]) as browser:
        browser.sign_in(question["token"])
        browser.open(question["path"] + "/fix")
        browser.until_text("0 of 100,000 rows changed", "#fix-count")
        expect(len(browser.all("#grid tr[data-row]")) == 50, "the page has not 50 rows")
        retype(browser, "price, row 2", "2.50")
        browser.until_text("1 of 100,000 rows changed", "#fix-count")
        browser.find("a[href*='after=']").click()
        browser.until(lambda driver: browser.all("input[aria-label='price, row 52']"), "the second page")
        field = browser.find("input[name=row]")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(str(question["far"]), Keys.ENTER)
        retype(browser, f"price, row {question['far']}", "3.50")
        browser.until_text("2 of 100,000 rows changed", "#fix-count")
        browser.find("details.card summary").click()
        browser.find("select[name=column] option[value=price]").click()
        browser.find("input[name=value]").send_keys("free")
        browser.find("input[name=by]").send_keys("1.50", Keys.ENTER)
        browser.until_text("100,000 of 100,000 rows changed", "#fix-count")
        expect(not browser.all("input[aria-invalid]"), "a cell is wrong after all was replaced")
        browser.find("#submit").click()
        browser.until(lambda driver: question["path"] not in driver.current_url, "new upload")
        browser.until_text("All 100,000 rows were loaded", "#sentence")
        return browser.problems()


def retype(browser, label, value):
    """Types into a cell of the grid, and waits until it is kept."""
    field = browser.find(f"input[aria-label='{label}']")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(value, Keys.ENTER)
    browser.until(lambda driver: browser.find("#grid").get_attribute("data-state") == "kept", f"answer for {label}")


def paste_beyond(question):
    """Cells for which the page has no place are counted."""
    with browsing(question["url"]) as browser:
        browser.sign_in(question["token"])
        browser.open(question["path"] + "/fix")
        browser.driver.execute_script(
            "const data = new DataTransfer(); data.setData('text/plain', arguments[1]);"
            "arguments[0].dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))",
            browser.find("input[name$='.4']"), "1.50\t7\tx\n2\t8\ty\n")
        browser.until_text("4 cells were not pasted", "#paste-news")
        browser.until_text("This row is good now", "#grid")
        problems = look(browser) + browser.problems()
        # Somebody has signed out in another tab: what is typed is not lost without a word.
        browser.driver.delete_all_cookies()
        field = browser.find("input[name$='.5']")
        field.send_keys("1", Keys.ENTER)
        browser.until_text("You are signed out: sign in again in another tab", "#fix-count")
        return problems + browser.problems()


def restart(question):
    """The page of an upload stays open while the service goes and comes again."""
    with browsing(question["url"]) as browser:
        browser.sign_in(question["token"])
        browser.open(question["path"])
        browser.until_text("Waiting", ".standing")
        browser.until(
            lambda driver: driver.execute_script("return performance.getEntriesByType('resource').some((one) => one.name.endsWith('/events'))")
            or driver.execute_script("return document.querySelector('[sse-connect]')['htmx-internal-data']?.sseEventSource?.readyState === 1"), "stream")
        browser.driver.execute_script("window.isTheSame = true")
        pathlib.Path(question["marker"]).write_text("open")
        browser.until_text(question["sentence"], "#sentence")
        expect(browser.driver.execute_script("return window.isTheSame === true"), "the page was loaded again")
        # While nobody listened, the browser and htmx said so.
        return [found for found in browser.problems() if "/events" not in found and "[object Event]" not in found]


def look_at_sign_in(browser):
    browser.open("/sign-in")
    return look(browser)


def mailed_link(question):
    """A link is asked for, comes by mail, is opened from another site as mail programs do, and signs in by its button."""
    problems = []
    for scripts in (True, False):
        with browsing(question["url"], scripts) as browser:
            browser.open("/sign-in")
            if scripts:
                problems += look(browser)
            known = set(links(question["mails"]))
            browser.find("input[name=address]").send_keys(question["address"], Keys.ENTER)
            browser.until_text("Look into your mail", "h1")
            if scripts:
                problems += look(browser)
            link = browser.until(lambda driver: next(iter(set(links(question["mails"])) - known), None), "mail")
            open_from_elsewhere(browser, link)
            browser.until_text("Sign in as V001 (V001)", "main button")
            if scripts:
                problems += look(browser)
            if scripts:
                # Who is used to it clicks twice: the form goes twice, and what comes back last is shown.
                ActionChains(browser.driver).double_click(browser.find("main button")).perform()
            else:
                browser.find("main button").send_keys(Keys.ENTER)
            browser.until_path("/portal")
            browser.until_text("V001", ".who")
            open_from_elsewhere(browser, link)
            browser.until_text("This link does not work", "h1")
            if scripts:
                problems += look(browser)
            # Who comes from another site is asked for no second link: the session is there as soon as the page is its own.
            browser.open("/portal")
            browser.until_text("V001", ".who")
            problems += [found for found in browser.problems() if "410" not in found]
    return problems


def links(folder):
    texts = [path.read_text(encoding="utf-8") for path in pathlib.Path(folder).glob("sign-in-*.eml")]
    return [line.strip() for text in texts for line in text.splitlines() if "/sign-in/link/" in line]


def open_from_elsewhere(browser, link):
    browser.driver.get(f"data:text/html,<a href='{link}'>link</a>")
    browser.find("a").click()


def issuer(question):
    """Somebody wants a page, signs in at the provider, and is there; and somebody refuses."""
    problems = []
    for scripts in (True, False):
        with browsing(question["url"], scripts) as browser:
            browser.open("/portal/products?q=x")
            browser.until_path("/sign-in")
            if scripts:
                problems += look(browser)
            browser.find("main a.button").click()
            browser.find("button[value=refuse]").click()
            browser.until_text("You are not signed in", "h1")
            if scripts:
                problems += look(browser)
            browser.open("/portal/products?q=x")
            browser.find("main a.button").click()
            browser.find("button[value=V001]").click()
            browser.until_path("/portal/products")
            browser.until_text("V001", ".who")
            browser.find(".who button").click()
            browser.until_path("/sign-in")
            other = question["provider"].split("//")[1]
            problems += [found for found in browser.problems() if other not in found]
    return problems


def retry_matching(question):
    """All jobs that match are tried again, after a look at how many they are."""
    with browsing(question["url"]) as browser:
        browser.sign_in(question["token"])
        browser.open(question["path"])
        browser.find("#retry-all").click()
        browser.until_text(question["question"], "h1")
        problems = look(browser)
        browser.find("button.primary").click()
        browser.until_text("10,000 jobs are ready again.", "#news")
        return problems + browser.problems()


if __name__ == "__main__":
    question = json.load(sys.stdin)
    try:
        found = globals()[question["scenario"]](question)
    except Exception:
        found = [traceback.format_exc()]
    json.dump(found, sys.stdout)
