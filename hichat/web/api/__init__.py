"""
The v2 HTTP API.

Operations are declared once (L{hichat.web.api.operation}), a module a subject, and listed in
L{hichat.web.api.catalogue}. From there come the routes (L{hichat.web.api.router}), the OpenAPI document
(L{hichat.web.docs.openapi}) and the page (L{hichat.web.docs.api_page}).
"""
