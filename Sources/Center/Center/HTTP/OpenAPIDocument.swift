/// The description of the web interface (OpenAPI 3.1), written by hand.
let openAPIDocument = #"""
    {
      "openapi": "3.1.0",
      "info": {
        "title": "Kaotai center",
        "version": "0.1.0",
        "summary": "What appliances of theory-exam halls send to their center, and what they fetch there.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
      },
      "servers": [{"url": "/"}],
      "security": [{"applianceCertificate": []}],
      "paths": {
        "/health": {
          "get": {
            "operationId": "health", "summary": "Whether the center works", "security": [{}],
            "responses": {
              "200": {
                "description": "The store answers.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}
              },
              "503": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/openapi.json": {
          "get": {
            "operationId": "openAPI", "summary": "This document", "security": [{}],
            "responses": {
              "200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}
            }
          }
        },
        "/v1/enrolments": {
          "post": {
            "operationId": "enrol", "summary": "Make an appliance known, once, by a one-time token",
            "description": "The same request again, byte for byte, gets the same answer; the token serves no other.",
            "security": [{}],
            "requestBody": {
              "required": true,
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/EnrolmentRequest"}}}
            },
            "responses": {
              "200": {
                "description": "The appliance is enrolled.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/EnrolmentAnswer"}}}
              },
              "400": {"$ref": "#/components/responses/Problem"},
              "403": {"$ref": "#/components/responses/Problem"},
              "413": {"$ref": "#/components/responses/Problem"},
              "503": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/appliances/{id}/segments": {
          "parameters": [{"$ref": "#/components/parameters/Appliance"}],
          "post": {
            "operationId": "postSegment", "summary": "Hand in entries of the appliance's journal, in order",
            "description": "Lines of JSON: an entry each, as `kaotai journal export` writes them, then one line {head, subjects}: the signed head of the last entry, and wrapped keys. At most 2 MiB. Answered once the entries are durable.",
            "requestBody": {
              "required": true,
              "content": {"application/jsonl": {"schema": {"$ref": "#/components/schemas/SegmentLine"}}}
            },
            "responses": {
              "200": {
                "description": "Stored; the same segment again gets the same receipt.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ReceiptAnswer"}}}
              },
              "401": {"$ref": "#/components/responses/Problem"},
              "403": {"$ref": "#/components/responses/Problem"},
              "409": {
                "description": "Entries are missing before these; `wanted` is the sequence to go on with.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Gap"}}}
              },
              "413": {"$ref": "#/components/responses/Problem"},
              "422": {"$ref": "#/components/responses/Problem"},
              "503": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/appliances/{id}/receipt": {
          "parameters": [{"$ref": "#/components/parameters/Appliance"}],
          "get": {
            "operationId": "lastReceipt", "summary": "The last receipt: where to go on",
            "responses": {
              "200": {
                "description": "The receipt of the last segment.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ReceiptAnswer"}}}
              },
              "401": {"$ref": "#/components/responses/Problem"},
              "403": {"$ref": "#/components/responses/Problem"},
              "404": {"$ref": "#/components/responses/Problem"},
              "503": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/appliances/{id}/orders": {
          "parameters": [{"$ref": "#/components/parameters/Appliance"}],
          "get": {
            "operationId": "orders", "summary": "The center's orders for this appliance after a number",
            "parameters": [
              {
                "name": "after", "in": "query", "description": "The last order that the appliance has.",
                "schema": {"type": "integer", "minimum": 0, "default": 0}
              },
              {
                "name": "wait", "in": "query", "description": "Seconds to wait for one when there is none.",
                "schema": {"type": "integer", "minimum": 0, "maximum": 60, "default": 0}
              }
            ],
            "responses": {
              "200": {
                "description": "At most 500, in order; none when the time ran out.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OrderPage"}}}
              },
              "400": {"$ref": "#/components/responses/Problem"},
              "401": {"$ref": "#/components/responses/Problem"},
              "403": {"$ref": "#/components/responses/Problem"},
              "503": {"$ref": "#/components/responses/Problem"}
            }
          }
        },
        "/v1/banks/{digest}": {
          "parameters": [
            {
              "name": "digest", "in": "path", "required": true, "description": "The bank's digest.",
              "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"}
            }
          ],
          "get": {
            "operationId": "bank", "summary": "A package of questions, resumable by range",
            "responses": {
              "200": {"description": "The whole package.", "content": {"application/octet-stream": {}}},
              "206": {"description": "The range that was asked for.", "content": {"application/octet-stream": {}}},
              "401": {"$ref": "#/components/responses/Problem"},
              "403": {"$ref": "#/components/responses/Problem"},
              "404": {"$ref": "#/components/responses/Problem"},
              "416": {"$ref": "#/components/responses/Problem"},
              "503": {"$ref": "#/components/responses/Problem"}
            }
          }
        }
      },
      "components": {
        "securitySchemes": {
          "applianceCertificate": {
            "type": "mutualTLS", "description": "A certificate of the center's own authority, from the enrolment."
          }
        },
        "parameters": {
          "Appliance": {
            "name": "id", "in": "path", "required": true,
            "description": "The appliance; its certificate's common name must be the same.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}
          }
        },
        "responses": {
          "Problem": {
            "description": "Refused or failed, in words (RFC 9457).",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
          }
        },
        "schemas": {
          "JWS": {"type": "string", "description": "JWS in compact form, EdDSA or the private SM2 (r and s, SM3).", "pattern": "^[\\w-]+\\.[\\w-]+\\.[\\w-]+$"},
          "JWKS": {
            "type": "object", "required": ["keys"],
            "properties": {"keys": {"type": "array", "items": {"type": "object"}}}
          },
          "Health": {
            "type": "object", "required": ["status", "version"],
            "properties": {"status": {"const": "pass"}, "version": {"type": "string"}}
          },
          "Problem": {
            "type": "object", "required": ["status", "title", "detail"],
            "properties": {
              "status": {"type": "integer"}, "title": {"type": "string"}, "detail": {"type": "string"}
            }
          },
          "Gap": {
            "allOf": [
              {"$ref": "#/components/schemas/Problem"},
              {"type": "object", "required": ["wanted"], "properties": {"wanted": {"type": "integer", "minimum": 1}}}
            ]
          },
          "EnrolmentRequest": {
            "type": "object", "required": ["token", "request", "identity"],
            "properties": {
              "token": {"type": "string"},
              "request": {"type": "string", "description": "PKCS #10 request of the courier's EC key, PEM."},
              "identity": {
                "$ref": "#/components/schemas/JWS",
                "description": "Payload {appliance, keys: JWKS}, signed by the signing key that it holds."
              }
            }
          },
          "EnrolmentAnswer": {
            "type": "object", "required": ["appliance", "certificate", "authority", "center", "grant"],
            "properties": {
              "appliance": {"type": "string"},
              "certificate": {"type": "string", "description": "The courier's certificate, PEM."},
              "authority": {"type": "string", "description": "The authority's certificate, PEM."},
              "center": {"$ref": "#/components/schemas/JWKS"},
              "grant": {
                "$ref": "#/components/schemas/JWS",
                "description": "Payload {appliance, candidateKey, at}: the key of keyed digests, wrapped for the appliance."
              }
            }
          },
          "Subject": {
            "type": "object", "required": ["subject", "appliance"],
            "properties": {
              "subject": {"type": "string"},
              "appliance": {"type": "string", "description": "The key wrapped for the appliance, base64url."},
              "center": {"type": ["string", "null"], "description": "The key wrapped for the center, base64url."}
            }
          },
          "SegmentLine": {
            "oneOf": [
              {
                "type": "object", "required": ["sequence", "kind", "stream", "body", "previous", "digest"],
                "properties": {
                  "sequence": {"type": "integer", "minimum": 1}, "kind": {"type": "string"},
                  "stream": {"type": "string"},
                  "body": {"type": "string", "description": "The stored text of the body."},
                  "previous": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                  "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"}
                }
              },
              {
                "type": "object", "required": ["head", "subjects"],
                "properties": {
                  "head": {
                    "$ref": "#/components/schemas/JWS",
                    "description": "Payload {appliance, sequence, digest, at} of the last entry, by the appliance."
                  },
                  "subjects": {"type": "array", "items": {"$ref": "#/components/schemas/Subject"}}
                }
              }
            ]
          },
          "ReceiptAnswer": {
            "type": "object", "required": ["receipt"],
            "properties": {
              "receipt": {
                "$ref": "#/components/schemas/JWS",
                "description": "Payload {appliance, sequence, digest, at}, by the center."
              }
            }
          },
          "OrderPage": {
            "type": "object", "required": ["orders"],
            "properties": {
              "orders": {
                "type": "array",
                "items": {
                  "type": "object", "required": ["jws", "subjects"],
                  "properties": {
                    "jws": {
                      "$ref": "#/components/schemas/JWS",
                      "description": "Payload {appliance, sequence, previous, at, kind, body}, by the center; `previous` is the base64url SHA-256 of the JWS before, of the first: 32 zero bytes."
                    },
                    "subjects": {"type": "array", "items": {"$ref": "#/components/schemas/Subject"}}
                  }
                }
              }
            }
          }
        }
      }
    }
    """#
