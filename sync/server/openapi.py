"""The OpenAPI document of the entrances that speak JSON; the exchange itself is described in sync.protocol."""

from __future__ import annotations

from typing import Any

from sync.protocol import CONTENT_TYPE, MOST_COMPRESSED_BYTES, PROTOCOL

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "format": "int64"}
_BYTES = {"schema": {"type": "string", "format": "binary"}}


def _object(optional: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }  # fmt: skip


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _refused(*statuses: str) -> dict[str, Any]:
    error = {"content": _json({"$ref": "#/components/schemas/Error"})}
    return {status: {**error, "description": _STATUSES[status]} for status in statuses}


_STATUSES = {
    "400": "The request cannot be read; nothing was done.",
    "401": "Who asks has not proved who it is: codes unsigned, device, signature, nonce, clock.",
    "403": "The device is revoked, or the enrolment code opens nothing.",
    "404": "There is nothing of this name.",
    "408": "Not all of the request came; nothing was done, and it may be sent again.",
    "409": "A rule of the office says no to the request as a whole.",
    "413": "More bytes than a request may have.",
    "426": "A version of the protocol that this server does not speak, or a laptop of a later release than the server.",
    "429": "Too many requests; Retry-After says when to come again.",
    "503": "The database does not answer; Retry-After says when to come again.",
    "507": "The disk of the database is full.",
}
_SIGNED: list[dict[str, list[str]]] = [{"device": [], "time": [], "nonce": [], "signature": []}]
_DEVICE_STATUSES = ("401", "403", "429", "503")


def _header(name: str, told: str) -> dict[str, Any]:
    return {"type": "apiKey", "in": "header", "name": name, "description": told}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Huoke server", "version": str(PROTOCOL)},
    "paths": {
        "/v1/enrol": {
            "post": {
                "summary": "A device joins by its one-time code; asking again with the same key gives the same answer.",
                "requestBody": {
                    "required": True,
                    "content": _json(
                        _object(
                            ("company", "person", "device", "former_key"),
                            code=_TEXT,
                            public_key={**_TEXT, "description": "Ed25519, 32 bytes in base64url"},
                            company={**_TEXT, "description": "Whose the store is that joins again: the company's id …"},
                            person={**_TEXT, "description": "… and its person's code; a code of others is refused."},
                            device={**_TEXT, "description": "The code it has, where it is known to have it …"},
                            former_key={**_TEXT, "description": "… by this public key, which the new one replaces."},
                        )
                    ),
                },
                "responses": {
                    "200": {
                        "description": "The device's code and what it joined.",
                        "content": _json({"$ref": "#/components/schemas/Enrolled"}),
                    },
                    **_refused("400", "403", "408", "413", "429", "503"),
                },
            }
        },
        "/v1/sync": {
            "post": {
                "summary": "One exchange: this laptop's changes up, what it may see down.",
                "description": f"msgpack in one zstandard frame of at most {MOST_COMPRESSED_BYTES} bytes; answered by "
                "frames in one zstandard stream.",
                "security": _SIGNED,
                "requestBody": {"required": True, "content": {CONTENT_TYPE: _BYTES}},
                "responses": {
                    "200": {
                        "description": "Frames; only its Head ends it.",
                        "content": {CONTENT_TYPE: _BYTES},
                    },
                    **_refused("400", "401", "403", "408", "409", "413", "426", "429", "503", "507"),
                },
            }
        },
        "/v1/snapshot/{bucket}": {
            "get": {
                "summary": "What there is to fetch for a new laptop: its chunks, with their hashes.",
                "security": _SIGNED,
                "parameters": [_in_path("bucket")],
                "responses": {
                    "200": {"description": "The manifest.", "content": {CONTENT_TYPE: _BYTES}},
                    **_refused(*_DEVICE_STATUSES, "404"),
                },
            }
        },
        "/v1/snapshot/{bucket}/{chunk}": {
            "get": {
                "summary": "One chunk of a snapshot; it never changes.",
                "security": _SIGNED,
                "parameters": [_in_path("bucket"), _in_path("chunk")],
                "responses": {
                    "200": {"description": "The chunk.", "content": {CONTENT_TYPE: _BYTES}},
                    **_refused(*_DEVICE_STATUSES, "404"),
                },
            }
        },
        "/v1/time": {
            "get": {
                "summary": "The server's clock, in milliseconds since 1970 UTC.",
                "responses": {"200": {"description": "Now.", "content": _json(_object(time=_NUMBER))}},
            }
        },
        "/healthz": {
            "get": {
                "summary": "Whether the server and its database answer.",
                "responses": {
                    "200": {"description": "They do.", "content": _json(_object(status=_TEXT))},
                    **_refused("503"),
                },
            }
        },
        "/metrics": {
            "get": {
                "summary": "Counters in the text form of Prometheus.",
                "responses": {"200": {"description": "Lines.", "content": {"text/plain": {"schema": _TEXT}}}},
            }
        },
        "/openapi.json": {
            "get": {
                "summary": "This document.",
                "responses": {"200": {"description": "It.", "content": _json({"type": "object"})}},
            }
        },
    },
    "components": {
        "schemas": {
            "Error": {
                "type": "object",
                "properties": {
                    "error": _TEXT,
                    "message": {**_TEXT, "description": "English; {names} in it stand for params"},
                    "params": {"type": "object"},
                },
                "required": ["error", "message", "params"],
                "additionalProperties": False,
            },
            "Enrolled": _object(
                device=_TEXT,
                company=_TEXT,
                company_name=_TEXT,
                person=_TEXT,
                name=_TEXT,
                role=_TEXT,
                epoch=_TEXT,
                renewed={"type": "boolean", "description": "It goes on as the device it was, with a new key."},
            ),
        },
        "securitySchemes": {
            "device": _header("Huoke-Device", "code of the device"),
            "time": _header("Huoke-Time", "when it was signed, milliseconds since 1970 UTC"),
            "nonce": _header("Huoke-Nonce", "12 bytes used once, base64url"),
            "signature": _header(
                "Huoke-Signature", "Ed25519 over METHOD\\nPATH\\nTIME\\nNONCE\\nSHA256HEX(body), base64url"
            ),
        },
    },
}
