#!/usr/bin/env python3
"""Makes pictures of every page of the portal, light and dark, on a wide screen and a narrow one, from the demo on a private database.

usage: scripts/screenshots.py CATALOG [FOLDER]    FOLDER is .build/screenshots unless it is given

Those of docs/images are among them, as WebP.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/Clients"))
from browser import browsing  # noqa: E402


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url):
    for _ in range(240):
        try:
            return urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.25)
    sys.exit(f"screenshots: no answer from {url}")


def upload_of(browser):
    browser.open("/portal")
    return browser.find("td.name a").get_attribute("href").replace(browser.url, "")


def product_of(browser):
    browser.open("/portal/products")
    return browser.find("td.name a").get_attribute("href").replace(browser.url, "")


FOREIGN = """Artikelnummer;Bezeichnung;Warengruppe;EAN;Preis;Lagerbestand;Farbe;Gewicht (g)
4711;Schreibtischlampe Nova;Home;4006381333931;49,90;12;weiß;850
4712;Bürostuhl Linea;Office;4006381333948;189,00;4;grau;11200
4713;Kopfhörer Pulse;Electronics;4006381333955;auf Anfrage;30;schwarz;240
4714;Wasserkocher Aria;Kitchen;4006381333962;34,50;18;rot;900
"""
# What a machine that was only just set up has none of.
WORK = """
insert into jobs.jobs (queue, kind, state, payload, last_error, attempt, errors)
select case when n % 3 = 0 then 'notify' else 'report' end, case when n % 3 = 0 then 'notify' else 'report' end, 'dead', '{"uploadId": "UPLOAD_20261121_122644_1d9b0e"}',
    case when n % 3 = 0 then 'the mail server does not answer: connect to smtp.example:587 timed out' else 'the bucket refuses: 503 Slow Down' end, 10,
    jsonb_build_array(jsonb_build_object('at', now() - n * interval '7 minutes', 'attempt', 10, 'worker', 'host-1',
        'error', 'connect to smtp.example:587 timed out'))
from generate_series(1, 17) n;
insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, missing_count, sealed_at, delivered_at, verified_at)
select t, t + interval '1 minute', 'verified', 40 + (extract(minute from t))::integer, 100000, (extract(minute from t) = 7)::integer, t, t, t
from generate_series(date_trunc('day', now() - interval '1 day'), date_trunc('day', now() - interval '1 day') + interval '15 hours', interval '1 minute') t;
insert into enrichment.providers (provider, kind) values ('people', 'mock'), ('companies', 'mock');
insert into enrichment.buckets (provider, per_second, credit_budget, credits_used) values ('people', 5, 10000, 2310), ('companies', 25, null, 0);
insert into jobs.alerts (kind, detail) values ('upkeep', 'has not run for 3 hours');
update catalog.products set price = price + 1 where product_id in (select product_id from catalog.products where vendor_id = 'VEND001' order by product_id limit 3);
select audit.tick();
"""


def take(browser, tokens, folder, place):
    shoot(browser, {"sign-in": "/sign-in"}, folder)
    browser.sign_in(tokens["vendor"])
    upload, product = upload_of(browser), product_of(browser)
    foreign = pathlib.Path(place) / "lager.csv"
    foreign.write_text(FOREIGN, encoding="utf-8")

    def choose():
        browser.find("input[type=file]").send_keys(str(foreign))
        browser.find("#check select")

    shoot(browser, {
        "uploads": "/portal", "check": ("/portal", choose), "upload": upload, "undo": upload + "/undo", "fix": upload + "/fix",
        "products": "/portal/products", "product": product, "mappings": "/portal/mappings", "tokens": "/portal/tokens",
        "nowhere": "/portal/nowhere",
    }, folder)
    documents(browser, {"portal-fix": (upload + "/fix", None), "portal-check": ("/portal", choose), "portal-upload": (upload, None)}, folder)
    browser.find(".who button").click()
    browser.until_path("/sign-in")
    browser.sign_in(tokens["operator"])
    job = browser_path(browser, "/ops/jobs?state=dead", "tbody a[href*='/ops/jobs/']")
    shoot(browser, {
        "ops": "/ops", "ops-jobs": "/ops/jobs?state=dead", "ops-job": job, "ops-confirm": "/ops/confirm?action=retry&queue=notify",
        "ops-vendors": "/ops/vendors", "ops-categories": "/ops/categories", "ops-category": "/ops/category?name=Sport",
        "ops-routes": "/ops/routes", "ops-relay": browser_path(browser, "/ops/relay", None), "ops-enrichment": "/ops/enrichment",
        "audit": "/audit", "audit-compare": "/audit?vs=2026-01-01T00:00", "audit-trace": product.replace("/portal/", "/audit/"),
        "audit-actions": "/audit/actions", "staff-uploads": "/portal",
    }, folder)
    documents(browser, {"portal-ops": ("/ops", None)}, folder)


def browser_path(browser, path, selector):
    """Where the first such link of a page leads; of the relay, yesterday."""
    if selector is None:
        yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
        return f"{path}?day={yesterday}"
    browser.open(path)
    return browser.find(selector).get_attribute("href").replace(browser.url, "")


def shoot(browser, pages, folder):
    for name, page in pages.items():
        path, action = page if isinstance(page, tuple) else (page, None)
        for tone in ("light", "dark"):
            for width in (1280, 390):
                browser.see(tone == "dark", width)
                browser.open(path)
                if action:
                    action()
                browser.picture(folder / f"{name}-{tone}-{width}.png")
        print(f"screenshots: {name}", flush=True)


def documents(browser, pages, folder):
    """The pictures of docs/images: the upper part of a page on a usual screen, small."""
    browser.see(width=1120, height=720)
    for name, (path, action) in pages.items():
        browser.open(path)
        if action:
            action()
        browser.picture(folder / f"{name}.webp", height=720)


def main():
    catalog = str(pathlib.Path(sys.argv[1]).resolve())
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / ".build/screenshots").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    place = tempfile.mkdtemp(prefix="screenshots-")
    shutil.copytree(ROOT / "examples", f"{place}/examples")
    url = f"http://127.0.0.1:{free_port()}"
    environment = {**os.environ, "CATALOG_HTTP_ADDRESS": url.removeprefix("http://")}

    def run(*arguments):
        return subprocess.run([catalog, *arguments], cwd=place, env=environment, check=True, capture_output=True, text=True).stdout

    run("demo")
    tokens = {"vendor": run("vendor", "token", "VEND001").strip(), "operator": run("token", "add", "--role", "operator").strip()}
    run("psql", "-q", "-c", WORK)
    service = subprocess.Popen([catalog, "serve"], cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"{url}/readyz")
        with browsing(url) as browser:
            take(browser, tokens, folder, place)
    finally:
        service.terminate()
        service.wait()
        run("postgres", "stop")
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
