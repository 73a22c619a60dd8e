"""moto's server, with what it lacks: the look at the signature in an address.

moto 5.2.1 takes every signed address. botocore, with which the AWS CLI signs, computes here what the signature of
the request that came must be. Everything else is moto's. The secret of an access key is the access key itself.
"""

import datetime
import hmac
from urllib.parse import parse_qs, quote, urlencode

import moto.server
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def refusal(environ):
    """The code with which S3 refuses a request; None when it does not."""
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    if "X-Amz-Signature" not in query:
        return None
    signed_at = datetime.datetime.strptime(query["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
    age = (datetime.datetime.now(datetime.timezone.utc) - signed_at).total_seconds()
    if not -900 <= age < int(query["X-Amz-Expires"]):
        return "AccessDenied"
    sent = headers_of(environ)
    signed = query["X-Amz-SignedHeaders"].split(";")
    if any(name.startswith("x-amz-") and name not in signed for name in sent):
        return "AccessDenied"
    expected = signature(environ, query, {name: sent.get(name, "") for name in signed})
    return None if hmac.compare_digest(query["X-Amz-Signature"], expected) else "SignatureDoesNotMatch"


def headers_of(environ):
    names = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
    names.update({name: environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)})
    return {name.lower().replace("_", "-"): value for name, value in names.items()}


def signature(environ, query, headers):
    key, _, region, *_ = query["X-Amz-Credential"].split("/")
    rest = {name: value for name, value in query.items() if name != "X-Amz-Signature"}
    path = environ.get("RAW_URI", environ.get("REQUEST_URI", "")).split("?")[0]
    url = f"http://{headers.get('host', '')}{path}?{urlencode(rest, quote_via=quote, safe='')}"
    auth = S3SigV4QueryAuth(Credentials(key, key), "s3", region)
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=url, headers=headers)
    request.context["timestamp"] = query["X-Amz-Date"]
    text = auth.string_to_sign(request, auth.canonical_request(request))
    return auth.signature(text, request)


class CheckedApplication(moto.server.DomainDispatcherApplication):
    def __call__(self, environ, start_response):
        code = refusal(environ)
        if code is None:
            return super().__call__(environ, start_response)
        start_response("403 Forbidden", [("content-type", "application/xml"), ("connection", "close")])
        # A body that nobody reads would be taken for the next request.
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return [f"<Error><Code>{code}</Code></Error>".encode()]


moto.server.DomainDispatcherApplication = CheckedApplication
moto.server.main()
