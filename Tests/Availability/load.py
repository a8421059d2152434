"""Clients that upload files and repeat what was not answered with 202, each file under one Idempotency-Key."""

import http.client
import json
import threading
import time
import uuid

from fleet import PORTS

HEADER = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"
GOOD, BAD = 10, 1
REPEATED = {409, 429, 503}


def text(name):
    rows = [f"{name}-{n},Name,Audio,{name}-{n},1.00,1\n" for n in range(GOOD)]
    return HEADER + "".join(rows) + "".join(f"{name}-bad{n},Name,Audio,{name}-bad{n},free,1\n" for n in range(BAD))


class Upload:
    """One file: when it was first sent, when it was taken, as what, and how it was refused before."""

    def __init__(self, name, vendor):
        self.name, self.vendor, self.key = name, vendor, str(uuid.uuid4())
        self.begin, self.taken, self.id = time.monotonic(), None, None
        self.refusals, self.wrong = [], []


class Load:
    """Lanes that send one file after the other. What is under way is always brought to its end."""

    def __init__(self, tokens, lanes=2, pause=0.5):
        self.tokens, self.lanes, self.pause = tokens, lanes, pause
        self.uploads, self.lock, self.number = [], threading.Lock(), 0
        self.over, self.threads = threading.Event(), []

    def go(self):
        self.over.clear()
        self.threads = [threading.Thread(target=self.lane, args=(lane,), daemon=True) for lane in range(self.lanes)]
        for thread in self.threads:
            thread.start()

    def rest(self, limit=180):
        """Ends the lanes, each after its upload was taken. Returns the names of those that never were."""
        self.over.set()
        deadline = time.monotonic() + limit
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
        return [upload.name for upload in self.snapshot() if upload.id is None]

    def snapshot(self):
        with self.lock:
            return list(self.uploads)

    def begin(self):
        with self.lock:
            self.number += 1
            vendors = list(self.tokens)
            upload = Upload(f"f{self.number}", vendors[self.number % len(vendors)])
            self.uploads.append(upload)
        return upload

    def lane(self, lane):
        while not self.over.is_set():
            self.bring(self.begin(), lane)
            self.over.wait(self.pause)

    def burst(self, count):
        """So many at once."""
        threads = [threading.Thread(target=self.bring, args=(self.begin(), n), daemon=True) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)

    def bring(self, upload, turn):
        """Sends it until it is taken, to one process and then to the other."""
        ports = [PORTS["one"], PORTS["two"]]
        while upload.id is None:
            turn += 1
            status, answer = self.send(upload, ports[turn % len(ports)])
            if status == 202:
                upload.taken, upload.id = time.monotonic(), answer["uploadId"]
                return
            upload.refusals.append(status)
            if status and status not in REPEATED:
                upload.wrong.append(f"{upload.name}: answered {status}: {answer}")
            time.sleep(0.3)

    def send(self, upload, port):
        """A status and an object; 0 where there was no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(
                "POST", f"/uploads?fileName={upload.name}.csv", text(upload.name),
                {"Authorization": f"Bearer {self.tokens[upload.vendor]}", "Content-Type": "text/csv", "Idempotency-Key": upload.key})
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
            return response.status, json.loads(body) if body.startswith("{") else {"text": body}
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()
