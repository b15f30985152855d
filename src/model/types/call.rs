//! Formats of calls: paths, headers, pointers into bodies.

use super::{Flaw, Raw, Refusal, Scalar, Scope, Text, texts};
use crate::model::secret::is_secret_name;
use serde_json::{Value as Json, json};

/// Whether a path must contain a record's `{id}`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Needed,
    Allowed,
    Refused,
}

fn path_flaw(path: &str, id: Id, takes_day: bool) -> Option<Flaw> {
    let (segments, query) = path.split_once('?').unwrap_or((path, ""));
    let is_secret = query.split('&').any(|pair| {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        is_secret_name(name) && !text.is_empty() && text != "{id}"
    });
    let mut rest = path.replace("{id}", "");
    if takes_day {
        rest = rest.replace("{since}", "");
    }
    let has_id = path.contains("{id}");
    let (message, hint) = if is_secret {
        return Some(Flaw::new(
            "literal-key",
            "holds a key or password",
            "remove it, and have a new one issued: Git keeps the old one",
        ));
    } else if !path.starts_with('/') || path.starts_with("//") {
        (
            "does not begin with one `/`",
            "write what follows the system's `url`, as in `/admin/retailers`",
        )
    } else if path.contains(|c: char| c.is_whitespace() || c.is_control() || "#\\".contains(c)) {
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
            "has braces around something other than `id` or `since`",
            "write `{id}` where the record's id goes, and `{since}` where a day goes",
        )
    } else if rest.contains(['{', '}']) {
        (
            "has braces around something other than `id`",
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

            fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
                let path = Text::parse(scope, raw)?;
                path_flaw(&path, $id, $takes_day).map_or(Ok(path), |flaw| Err(flaw.into()))
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

impl Scalar for Pointer {
    type Output = String;

    const PATTERN: &'static str = "^(/([^~/]|~[01])*)*$";

    fn parse(_: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        let text = raw.text()?;
        let is_escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if !text.is_empty() && (!text.starts_with('/') || !is_escaped) {
            let hint = "write a JSON pointer, as in `/Retailer/Name`; `\"\"` is the whole";
            return Err(Flaw::wrong("is not a JSON pointer", hint).into());
        }
        Ok(text.to_owned())
    }
}

impl Scalar for InnerPointer {
    type Output = String;

    const PATTERN: &'static str = "^(/([^~/]|~[01])*)+$";

    fn parse(scope: Scope, raw: Raw<'_>) -> Result<String, Refusal> {
        if raw == Raw::Text("") {
            let hint = "write a JSON pointer to one field, as in `/Retailer/Name`";
            return Err(Flaw::wrong("points to the whole instead of a field", hint).into());
        }
        Pointer::parse(scope, raw)
    }
}

/// Returns whether a text is a valid header name (RFC 9110, section 5.6.2).
pub(crate) fn is_header(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// The pattern of what [`is_header`] accepts.
const HEADER: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

texts! {
    /// The name of a header.
    HeaderName like HEADER, except header_flaw;
    /// The name of a header that a contract file sets to a constant text.
    OtherHeader like HEADER,
        except |name: &str| literal_key(name).or_else(|| header_flaw(name)),
        expects "the name of a header";
    /// The text of a header: one line that is not blank.
    HeaderText like r"\S", except |text: &str| {
        let message = "has a character that no header can carry";
        text.contains(char::is_control).then(|| Flaw::wrong(message, "write it on one line"))
    };
}

fn header_flaw(name: &str) -> Option<Flaw> {
    if !is_header(name) {
        let hint = "write letters, digits and hyphens, as in `X-Api-Version`";
        return Some(Flaw::wrong("is not a valid header name", hint));
    }
    let hint = "use the header that the system expects";
    let is_own = OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
    is_own.then(|| Flaw::wrong("is a header that every request has already", hint))
}

fn literal_key(name: &str) -> Option<Flaw> {
    let hint = "name its header in `key_header`, say where the key is kept in the project file, \
                and have a new one issued";
    is_secret_name(name).then(|| Flaw::new("literal-key", "holds a key in plain text", hint))
}

/// The headers that HTTP and writes use themselves.
const OWN: [&str; 6] =
    ["Connection", "Content-Length", "Content-Type", "Host", "If-Match", "Transfer-Encoding"];
