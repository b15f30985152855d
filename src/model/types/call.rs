//! Formats of calls: paths, headers, pointers into bodies.

use super::{Flaw, Raw, Refusal, Scalar, Scope};
use crate::model::secret::is_secret_name;
use serde_json::{Value as Json, json};

/// Whether a path must contain a record's `{id}`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Needed,
    Allowed,
    Refused,
}

fn path(raw: &Raw<'_>, id: Id, takes_day: bool) -> Result<String, Refusal> {
    let Raw::Text(said) = raw else { return Err(Refusal::Type) };
    if said.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    match path_flaw(said, id, takes_day) {
        Some(flaw) => Err(Refusal::Flaw(flaw)),
        None => Ok((*said).to_owned()),
    }
}

fn path_flaw(said: &str, id: Id, takes_day: bool) -> Option<Flaw> {
    let (segments, query) = said.split_once('?').unwrap_or((said, ""));
    let is_secret = query.split('&').any(|pair| {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        is_secret_name(name) && !text.is_empty() && text != "{id}"
    });
    let mut rest = said.replace("{id}", "");
    if takes_day {
        rest = rest.replace("{since}", "");
    }
    let has_id = said.contains("{id}");
    let (message, hint) = if is_secret {
        return Some(Flaw {
            code: "literal-key",
            message: "holds a key or password".to_owned(),
            hint: "take it out, and have a new one issued: Git keeps the old one".to_owned(),
        });
    } else if !said.starts_with('/') || said.starts_with("//") {
        (
            "does not begin with one `/`",
            "write what follows the system's `url`, as in `/admin/retailers`",
        )
    } else if said.contains(|c: char| c.is_whitespace() || c.is_control() || "#\\".contains(c)) {
        (
            "has a character that is not allowed in a path",
            "write letters, digits, `/` and the like, and a query after `?`",
        )
    } else if segments.split('/').any(|segment| segment == "." || segment == "..") {
        (
            "has a segment `.` or `..`",
            "write the path out; the address above it is the system's `url`",
        )
    } else if rest.contains(['{', '}']) && takes_day {
        (
            "has braces around something else than `id` or `since`",
            "write `{id}` where the record's id goes, and `{since}` where a day goes",
        )
    } else if rest.contains(['{', '}']) {
        (
            "has braces around something else than `id`",
            "write `{id}` where the record's id goes; there is nothing else to fill in",
        )
    } else if id == Id::Needed && !has_id {
        ("does not contain the record's id", "write `{id}` where it goes")
    } else if id == Id::Refused && has_id {
        ("has an `{id}`, but the call is not about one record", "write the path without `{id}`")
    } else {
        return None;
    };
    Some(Flaw::wrong(message, hint))
}

/// An approximate pattern of a call's path.
const PATH: &str = r"^(?!//)/([^\s#\\{}]|\{id\})*$";

/// An approximate pattern of the path of a call with a day.
const PATH_WITH_DAY: &str = r"^(?!//)/([^\s#\\{}]|\{id\}|\{since\})*$";

macro_rules! paths {
    ($($(#[doc = $about:literal])* $name:ident: $id:expr, $takes_day:literal;)+) => {$(
        $(#[doc = $about])*
        pub(crate) struct $name;

        impl Scalar for $name {
            type Output = String;

            fn expects() -> String {
                "a text".to_owned()
            }

            fn parse(_: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
                path(raw, $id, $takes_day)
            }

            fn json_schema(_: Scope) -> Json {
                let pattern = if $takes_day { PATH_WITH_DAY } else { PATH };
                let mut schema = json!({"type": "string", "pattern": pattern});
                match $id {
                    Id::Needed => schema["allOf"] = json!([{"pattern": r"\{id\}"}]),
                    Id::Refused => schema["not"] = json!({"pattern": r"\{id\}"}),
                    Id::Allowed => {}
                }
                schema
            }
        }
    )+};
}

paths! {
    /// The path of a call about one record; the id can be in its body instead.
    AnyPath: Id::Allowed, false;
    /// The path of a call about one record.
    PathOfRecord: Id::Needed, false;
    /// The path of a call that is not about one record.
    PathWithoutId: Id::Refused, false;
    /// The path of the call for uploads, which may contain the first day.
    PathOfUploads: Id::Needed, true;
}

/// A JSON pointer (RFC 6901), which may refer to the whole value.
pub(crate) struct Pointer;

/// A JSON pointer to a part of a record or response.
pub(crate) struct InnerPointer;

fn pointer(raw: &Raw<'_>) -> Result<String, Refusal> {
    let Raw::Text(said) = raw else { return Err(Refusal::Type) };
    let is_escaped = said.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if !said.is_empty() && (!said.starts_with('/') || !is_escaped) {
        let hint = "write a JSON pointer, as in `/Retailer/Name`; the whole is `\"\"`";
        return Err(Refusal::Flaw(Flaw::wrong("is not a JSON pointer", hint)));
    }
    Ok((*said).to_owned())
}

impl Scalar for Pointer {
    type Output = String;

    fn expects() -> String {
        "a text".to_owned()
    }

    fn parse(_: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        pointer(raw)
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "string", "pattern": "^(/([^~/]|~[01])*)*$"})
    }
}

impl Scalar for InnerPointer {
    type Output = String;

    fn expects() -> String {
        "a text".to_owned()
    }

    fn parse(_: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        if *raw == Raw::Text("") {
            let hint = "write a JSON pointer to one field, as in `/Retailer/Name`";
            let message = "points at the whole instead of a field";
            return Err(Refusal::Flaw(Flaw::wrong(message, hint)));
        }
        pointer(raw)
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "string", "pattern": "^(/([^~/]|~[01])*)+$"})
    }
}

/// Returns whether a text is a valid header name (RFC 9110, section 5.6.2).
pub(crate) fn is_header(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// The pattern of what [`is_header`] accepts.
const HEADER: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

const HEADER_HINT: &str = "write letters, digits and hyphens, as in `X-Api-Version`";

/// The name of a header.
pub(crate) struct HeaderName;

impl Scalar for HeaderName {
    type Output = String;

    fn expects() -> String {
        "a text".to_owned()
    }

    fn parse(_: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        match raw {
            Raw::Text(name) if name.trim().is_empty() => Err(Refusal::Empty),
            Raw::Text(name) if is_header(name) => Ok((*name).to_owned()),
            Raw::Text(_) => {
                let message = "is not a valid header name";
                Err(Refusal::Flaw(Flaw::wrong(message, HEADER_HINT)))
            }
            _ => Err(Refusal::Type),
        }
    }

    fn json_schema(_: Scope) -> Json {
        json!({"type": "string", "pattern": HEADER})
    }
}

/// Headers that HTTP itself uses.
const OF_HTTP: [&str; 4] = ["Connection", "Content-Length", "Host", "Transfer-Encoding"];

/// The name of a header that a contract file sets to a constant text.
pub(crate) struct OtherHeader;

impl Scalar for OtherHeader {
    type Output = String;

    fn expects() -> String {
        "the name of a header".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        let Raw::Text(name) = raw else { return Err(Refusal::Type) };
        if is_secret_name(name) {
            return Err(Refusal::Flaw(Flaw {
                code: "literal-key",
                message: "holds a key in plain text".to_owned(),
                hint: "name its header in `key_header`, say where the key is kept in the project \
                       file, and have a new one issued"
                    .to_owned(),
            }));
        }
        if OF_HTTP.iter().any(|of| of.eq_ignore_ascii_case(name)) {
            let message = "is a header that HTTP sets itself";
            return Err(Refusal::Flaw(Flaw::wrong(message, "take it out")));
        }
        HeaderName::parse(scope, raw)
    }

    fn json_schema(scope: Scope) -> Json {
        HeaderName::json_schema(scope)
    }
}

/// The text of a header: one line that is not blank.
pub(crate) struct HeaderText;

impl Scalar for HeaderText {
    type Output = String;

    fn expects() -> String {
        "a text".to_owned()
    }

    fn parse(scope: Scope, raw: &Raw<'_>) -> Result<String, Refusal> {
        let text = super::Text::parse(scope, raw)?;
        if text.contains(char::is_control) {
            let message = "has a character that no header can carry";
            return Err(Refusal::Flaw(Flaw::wrong(message, "write it on one line")));
        }
        Ok(text)
    }

    fn json_schema(scope: Scope) -> Json {
        super::Text::json_schema(scope)
    }
}
