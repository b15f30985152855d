//! The schema of a contract file.

use super::{DRAFT, mapping, section, text, url, with};
use crate::config::checks::HEADER_PATTERN;
use crate::config::contract::{
    ASK, FIELD_PATTERN, FIRST, PATH_PATTERN, POINTER_PATTERN, UPLOADS_PATTERN, is_listed,
    is_two_sided, is_written_by_id,
};
use crate::model::{Setting, System, ValueKind};
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

/// Returns the schema of a contract file.
pub(crate) fn contract() -> Value {
    let mut systems = Map::new();
    for system in System::ALL {
        systems.insert(system.key().to_owned(), self::system(system));
    }
    let file = section(
        "How the admin endpoints of a deployment are called. A system that is listed is spoken to \
         as it says here alone; the others are spoken to by the built-in contract. Paths are \
         added to the system's `url` in the project file. A pointer is a JSON pointer (RFC \
         6901), as in `/Retailer/Name`; the empty one is the whole.",
        systems.into(),
    );
    let defs = json!({
        "list": list(),
        "read": read(),
        "update": update(),
        "companies": companies(),
        "key": key(),
        "label": label(),
        "upload": upload(),
        "uploads": uploads(),
        "success": success(),
        "paging": paging(),
    });
    with(file, json!({"$schema": DRAFT, "title": "Contract file of reconcile", "$defs": defs}))
}

fn system(system: System) -> Value {
    let mut properties = Map::new();
    let mut add = |key: &str, schema: Value| properties.insert(key.to_owned(), schema);
    add("key_header", header("The header that carries the key."));
    add(
        "idempotency_header",
        with(
            header(
                "The header of a create that makes it count once, however often it is sent. A \
                 system may ignore it.",
            ),
            json!({"default": "Idempotency-Key"}),
        ),
    );
    add("headers", headers());
    add("success", refer("success"));
    add("list", refer("list"));
    add("read", refer("read"));
    add("create", create(system));
    add("update", refer("update"));
    if system == System::Omnireturns {
        add("companies", refer("companies"));
    }
    if system != System::Omniparcel {
        add("key", refer("key"));
    }
    if system == System::Omnireturns {
        add("label", refer("label"));
    }
    if system == System::Omnirps {
        add("upload", refer("upload"));
        add("uploads", refer("uploads"));
    }
    add("id", inside("A pointer to a record's id."));
    add("name", inside("A pointer to a record's name."));
    add("fields", fields(system));
    let contract = mapping(&format!("How {system} is spoken to."), properties.into());
    with(contract, json!({"required": ["key_header", "list", "id", "name"]}))
}

fn refer(to: &str) -> Value {
    json!({"$ref": format!("#/$defs/{to}")})
}

fn header(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": HEADER_PATTERN})
}

fn headers() -> Value {
    json!({
        "description": "Further headers of every request, by name, such as the version of an API. \
                        Never a secret: this file is in Git.",
        "type": ["object", "null"],
        "propertyNames": {"pattern": HEADER_PATTERN},
        "additionalProperties": text("The text of the header."),
    })
}

fn success() -> Value {
    let success = section(
        "How a body tells success from failure. What it does not tell, the HTTP status tells; \
         without `success` the status tells all.",
        json!({
            "flag": inside("A pointer to what tells success: a boolean, or one of the words in \
                            `is`."),
            "is": {
                "description": "The words that the flag has in a success; with any other, or \
                                without one, the call has failed.",
                "type": "array",
                "items": {"type": "string", "pattern": r"\S"},
                "minItems": 1,
            },
            "message": inside("A pointer to what the system says of a failure."),
            "errors": pointer("A pointer to a list, or a mapping, of errors. One that is not empty \
                               is a failure."),
        }),
    );
    with(success, json!({"dependentRequired": {"is": ["flag"]}}))
}

fn list() -> Value {
    let list = mapping(
        "The call for all records.",
        json!({
            "method": method(&["GET", "POST"]),
            "path": path("What is added to the system's `url`; without `{id}`."),
            "items": pointer("A pointer to the list of records in the answer."),
            "paging": refer("paging"),
        }),
    );
    with(list, json!({"required": ["path", "items", "paging"]}))
}

fn paging() -> Value {
    let parameter = |what: &str| text(&format!("The name of the parameter for {what}."));
    let ask = || count("The size to ask for.", &ASK);
    let total = || {
        inside(
            "A pointer to the number of all records. Where it is given, pages are read side by \
             side, and the list counts as read when as many different records came.",
        )
    };
    let style = |style: &str| json!({"description": "The style of paging.", "const": style});
    let page = with(
        mapping(
            "Numbered pages.",
            json!({
                "style": style("page"),
                "page": parameter("the number of the page"),
                "size": parameter("the size of the page"),
                "ask": ask(),
                "total": total(),
                "used": inside("A pointer to the size that the system made the page."),
                "first": with(
                    count("The number of the first page.", &FIRST),
                    json!({"default": 1})
                ),
            }),
        ),
        json!({"required": ["style", "page", "size", "ask"]}),
    );
    let offset = with(
        mapping(
            "Pages that begin after so many records.",
            json!({
                "style": style("offset"),
                "offset": parameter("the number of records before the page"),
                "limit": parameter("the size of the page"),
                "ask": ask(),
                "total": total(),
            }),
        ),
        json!({"required": ["style", "offset", "limit", "ask"]}),
    );
    let cursor = with(
        mapping(
            "Pages of which each names the next one.",
            json!({
                "style": style("cursor"),
                "cursor": parameter("the name of the page"),
                "next": inside("A pointer to the name of the next page; on the last page it is \
                                missing, null or empty."),
                "size": parameter("the size of the page"),
                "ask": ask(),
            }),
        ),
        json!({
            "required": ["style", "cursor", "next"],
            "dependentRequired": {"size": ["ask"], "ask": ["size"]},
        }),
    );
    let none = with(
        mapping("All records in one answer.", json!({"style": style("none")})),
        json!({"required": ["style"]}),
    );
    json!({
        "description": "How the list is cut into pages. The parameters go into the query of a GET \
                        and into the JSON body of a POST.",
        "oneOf": [page, offset, cursor, none],
    })
}

fn read() -> Value {
    let read = mapping(
        "The call for one record. Without it, a record is looked up in the list.",
        json!({
            "method": method(&["GET", "POST"]),
            "path": path("What is added to the system's `url`, with `{id}` where the record's id \
                          goes. A POST may do without: then the id goes into the body, at the \
                          pointer `id`, and one of digits is sent as a number."),
            "record": pointer("A pointer to the record in the answer."),
        }),
    );
    let by_post = json!({"properties": {"method": {"const": "POST"}}, "required": ["method"]});
    let has_id = json!({"properties": {"path": {"pattern": r"\{id\}"}}});
    with(read, json!({"required": ["path", "record"], "if": {"not": by_post}, "then": has_id}))
}

fn create(system: System) -> Value {
    let carried: Vec<&str> = settings(system).map(Setting::key).collect();
    let create = mapping(
        "The call that creates a record. Without it, people create records.",
        json!({
            "method": method(&["POST", "PUT"]),
            "path": path("What is added to the system's `url`; without `{id}`."),
            "body": body(),
            "record": answered(),
            "carries": {
                "description": "The settings that the call takes beside the name. What it does \
                                not take is changed right after it.",
                "type": ["array", "null"],
                "items": {"enum": carried},
            },
        }),
    );
    with(create, json!({"required": ["path"]}))
}

fn update() -> Value {
    let update = mapping(
        "The call that changes a record. Without it, people make the changes.",
        json!({
            "method": method(&["PATCH", "PUT", "POST"]),
            "path": path("What is added to the system's `url`, with `{id}` where the record's id \
                          goes; without it the id goes into the body, at the pointer `id`."),
            "body": body(),
            "record": answered(),
            "sends": {
                "description": "`changes`: the changed fields alone; `record`: the whole record as \
                                it was just read, with the changed fields replaced.",
                "enum": ["changes", "record"],
                "default": "changes",
            },
        }),
    );
    with(update, json!({"required": ["path"]}))
}

fn body() -> Value {
    let description = "A pointer to where in the request's body the fields go: `/retailer` sends \
                       {\"retailer\": {…}}. Without it, the fields are the body.";
    with(pointer(description), json!({"default": ""}))
}

fn answered() -> Value {
    pointer(
        "A pointer to the record in the answer. Without it, the answer may be empty, and the \
         record is read again.",
    )
}

fn companies() -> Value {
    let companies = mapping(
        "The call for all companies, in one answer. It is needed where a retailer's company is \
         written by id (`write_at`).",
        json!({
            "method": method(&["GET", "POST"]),
            "path": path("What is added to the system's `url`; without `{id}`."),
            "items": pointer("A pointer to the list of companies in the answer."),
            "id": inside("A pointer to a company's id."),
            "name": inside("A pointer to a company's name."),
        }),
    );
    with(companies, json!({"required": ["path", "items", "id", "name"]}))
}

fn key() -> Value {
    let key = mapping(
        "The call for the key that a retailer was issued, which `handoff` encrypts to the \
         partner. Without it, people hand the key over.",
        json!({
            "path": with(
                path("What is added to the system's `url`, with `{id}` where the record's id goes."),
                json!({"allOf": [{"pattern": r"\{id\}"}]})
            ),
            "at": inside("A pointer to the key in the answer."),
        }),
    );
    with(key, json!({"required": ["path", "at"]}))
}

const ELSEWHERE: &str = "The address that the path is added to, where it is not the system's \
                         `url`.";

fn label() -> Value {
    let label = mapping(
        "The call that makes a label, which `verify` tests with the retailer's own key. Without \
         it, people make the test label.",
        json!({
            "url": url(ELSEWHERE),
            "path": path("What is added to the `url`; without `{id}`."),
            "key_header": header("The header that carries the retailer's key."),
        }),
    );
    with(label, json!({"required": ["path", "key_header"]}))
}

fn upload() -> Value {
    let upload = mapping(
        "The call that uploads a return, which `verify` tests with the retailer's own key. \
         Without it, people upload the test return.",
        json!({
            "url": url(ELSEWHERE),
            "path": path("What is added to the `url`; without `{id}`."),
            "key_header": header("The header that carries the retailer's key."),
            "name_header": header("The header that carries the retailer's exact name."),
        }),
    );
    with(upload, json!({"required": ["path", "key_header", "name_header"]}))
}

fn uploads() -> Value {
    let uploads = mapping(
        "The call for the returns that were uploaded for a retailer, in one answer. Without it, \
         people look whether returns arrive and are processed.",
        json!({
            "path": {
                "description": "What is added to the system's `url`, with `{id}` where the \
                                record's id goes and `{since}` where the first day goes.",
                "type": "string",
                "pattern": UPLOADS_PATTERN,
                "allOf": [{"pattern": r"\{id\}"}],
            },
            "items": pointer("A pointer to the list of uploads in the answer."),
            "connote": inside("A pointer to an upload's consignment note number."),
            "order": inside("A pointer to its order number."),
            "source": inside("A pointer to what brought it in."),
            "received_at": inside("A pointer to the time when it came: a text that begins with \
                                   the day, as in 2026-10-12."),
            "processed_at": inside("A pointer to the time when a hub had processed it; missing, \
                                    null or empty until then."),
        }),
    );
    let needed = ["path", "items", "connote", "received_at", "processed_at"];
    with(uploads, json!({"required": needed}))
}

/// The settings that are fields of a record.
fn settings(system: System) -> impl Iterator<Item = Setting> {
    Setting::ALL
        .into_iter()
        .filter(move |setting| setting.system() == system && *setting != Setting::presence(system))
}

fn fields(system: System) -> Value {
    let fields: Map<String, Value> =
        settings(system).map(|setting| (setting.key().to_owned(), field(setting))).collect();
    section(
        "Where the settings are in a record. One that is left out is neither read nor written.",
        fields.into(),
    )
}

fn field(setting: Setting) -> Value {
    let mut properties = Map::new();
    let mut add = |key: &str, schema: Value| properties.insert(key.to_owned(), schema);
    add("at", inside("A pointer to read the setting from, and to write it to."));
    if is_written_by_id(setting) {
        add("write_at", inside("A pointer to write the id to, where that is another field."));
    }
    let sides = match setting.info().kind {
        ValueKind::Switch { on, off } => (on, off),
        _ => ("true", "false"),
    };
    if is_two_sided(setting) {
        let word = |side: &str| text(&format!("The system's word for `{side}`."));
        add("on", word(sides.0));
        add("off", word(sides.1));
    }
    if is_listed(setting) {
        add(
            "each",
            pointer("A pointer inside each item, where the items are objects instead of texts."),
        );
    }
    let by = if is_two_sided(setting) {
        " A boolean in any common spelling needs no words for its sides."
    } else {
        ""
    };
    let field = mapping(&format!("Where `{setting}` is.{by}"), properties.into());
    let both = json!({"on": ["off"], "off": ["on"]});
    let both = if is_two_sided(setting) { json!({"dependentRequired": both}) } else { json!({}) };
    with(with(field, json!({"required": ["at"]})), both)
}

fn pointer(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": POINTER_PATTERN})
}

fn inside(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": FIELD_PATTERN})
}

fn path(description: &str) -> Value {
    json!({"description": description, "type": "string", "pattern": PATH_PATTERN})
}

fn method(methods: &[&str]) -> Value {
    json!({"description": "The HTTP method.", "enum": methods, "default": methods[0]})
}

fn count(description: &str, range: &RangeInclusive<u64>) -> Value {
    json!({
        "description": description,
        "type": "integer",
        "minimum": range.start(),
        "maximum": range.end(),
    })
}
