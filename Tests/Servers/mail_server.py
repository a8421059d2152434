"""An SMTP server that keeps its mail in a Maildir.

usage: mail_server.py PORT_PIPE MAILDIR [--tls CERTIFICATE KEY] [--smtps] [--require-tls] [--user NAME:PASSWORD]

Writes the port it listens on, as a line, into PORT_PIPE. Refuses the recipients full@… for now (452) and nobody@… for ever (550).
"""

import argparse
import asyncio
import os
import ssl

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult


class Handler(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, options):
        refusals = {"full": "452 4.2.2 mailbox is full", "nobody": "550 5.1.1 no such mailbox"}
        refusal = refusals.get(address.partition("@")[0])
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"


async def end_with_parent():
    """A test process that is killed leaves no server behind."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)
    os._exit(1)


async def main(arguments):
    context = None
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)

    def authenticate(server, session, envelope, mechanism, data):
        given = data.login + b":" + data.password
        return AuthResult(success=given.decode() == arguments.user, handled=False)

    handler = Handler(arguments.maildir)
    settings = {"hostname": "localhost", "enable_SMTPUTF8": True}
    if context and not arguments.smtps:
        settings |= {"tls_context": context, "require_starttls": arguments.require_tls}
    if arguments.user:
        settings |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": context is not None}
    if arguments.smtps:
        settings["auth_require_tls"] = False
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, **settings), "127.0.0.1", 0, ssl=context if arguments.smtps else None
    )
    with open(arguments.pipe, "w") as file:
        print(server.sockets[0].getsockname()[1], file=file)
    await end_with_parent()


parser = argparse.ArgumentParser()
parser.add_argument("pipe")
parser.add_argument("maildir")
parser.add_argument("--tls", nargs=2)
parser.add_argument("--smtps", action="store_true")
parser.add_argument("--require-tls", action="store_true")
parser.add_argument("--user")
asyncio.run(main(parser.parse_args()))
