//! Tells success from failure. Both come with HTTP 200 and with other statuses; the
//! body decides (systems digest, section 2, seen in public clients).

use super::contract::SuccessRule;
use super::value::boolean;
use serde_json::Value as Json;

/// What a body says of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Success,
    /// The system refused; the text is what it said.
    Failure(String),
}

/// Reads the verdict of a body. A body without a flag and without errors is a success.
pub fn verdict(body: &Json, rule: &SuccessRule) -> Verdict {
    let flag = body.pointer(&rule.flag);
    let denied = flag.is_some_and(|flag| boolean(flag) == Some(false));
    let errors: Vec<String> = match body.pointer(&rule.errors) {
        Some(Json::Array(errors)) => errors.iter().map(error).collect(),
        Some(Json::Object(fields)) => {
            fields.iter().map(|(field, text)| format!("{field}: {}", plain(text))).collect()
        }
        _ => Vec::new(),
    };
    if !denied && errors.is_empty() {
        return Verdict::Success;
    }
    let message = body.pointer(&rule.message).map(plain).filter(|text| !text.is_empty());
    let said: Vec<String> = message.into_iter().chain(errors).collect();
    if said.is_empty() {
        return Verdict::Failure("the system gave no reason".into());
    }
    Verdict::Failure(said.join("; "))
}

/// Writes an error record: `{"Property", "Message", "Key", "Value"}`, or a plain text.
fn error(error: &Json) -> String {
    let part = |name| error.get(name).map(plain).filter(|text| !text.is_empty());
    match (part("Property"), part("Message")) {
        (Some(property), Some(message)) => format!("{property}: {message}"),
        (None, Some(message)) => message,
        _ => plain(error),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.trim().to_owned(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Json) -> Verdict {
        let rule = SuccessRule {
            flag: "/Success".into(),
            message: "/Message".into(),
            errors: "/Errors".into(),
        };
        verdict(&body, &rule)
    }

    #[test]
    fn false_in_any_spelling_is_a_failure() {
        for flag in [json!(false), json!("false"), json!("FALSE"), json!("N"), json!(0), json!("0")]
        {
            let body = json!({"Success": flag, "Message": "Invalid token"});
            assert_eq!(read(body.clone()), Verdict::Failure("Invalid token".into()), "{body}");
        }
    }

    #[test]
    fn errors_are_a_failure_whatever_the_flag_says() {
        let errors = json!([{"Property": "RetailerName", "Message": "is taken", "Key": "", "Value": ""}, "and more"]);
        assert_eq!(
            read(json!({"Success": true, "Message": "", "Errors": errors})),
            Verdict::Failure("RetailerName: is taken; and more".into())
        );
    }

    #[test]
    fn true_in_any_spelling_and_no_flag_are_a_success() {
        for flag in [json!(true), json!("true"), json!("TRUE"), json!("Y"), json!(1), json!("1")] {
            assert_eq!(read(json!({"Success": flag, "Errors": []})), Verdict::Success);
        }
        assert_eq!(read(json!({"Companies": []})), Verdict::Success);
    }
}
