//! Distinguishes success from failure. Both come with HTTP 200 and with other statuses, so
//! the body decides, as in public clients (<https://github.com/PostCo/seko_ecom_api>, seen
//! on 2026-11-27).

use super::value::{boolean, kind_of};
use crate::model::contract::SuccessRule;
use serde_json::Value as Json;

/// The result of a call according to its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Success,
    /// The system refused the call, with this message.
    Failure(String),
    /// Its flag shows neither; what the flag is instead.
    Unclear(String),
}

/// The parts of a body that show success or failure.
#[derive(Clone, Debug, Default)]
pub(super) struct Envelope {
    pub flag: Option<Json>,
    pub message: Option<Json>,
    pub errors: Option<Json>,
}

impl Envelope {
    /// Returns the parts of a body.
    pub(super) fn of(body: &Json, rule: &SuccessRule) -> Envelope {
        let part = |pointer: &Option<String>| body.pointer(pointer.as_ref()?).cloned();
        let SuccessRule { flag, is: _, message, errors } = rule;
        Envelope { flag: part(flag), message: part(message), errors: part(errors) }
    }

    /// Returns the verdict. A body without a flag and without errors is a success, unless
    /// the contract specifies the flag of a success. A flag of `null` or empty text counts as
    /// missing, and `OK` as a success.
    pub(super) fn verdict(&self, rule: &SuccessRule) -> Verdict {
        let is_success = self.is_success(rule);
        let denied = rule.flag.is_some() && !is_success.unwrap_or(rule.is.is_none());
        if denied || !self.errors().is_empty() {
            let reason = self.reason();
            return Verdict::Failure(
                reason.unwrap_or_else(|| "the system returned no reason".into()),
            );
        }
        match (&self.flag, &rule.flag, is_success) {
            (Some(flag), Some(pointer), None)
                if !["", "ok", "success"].contains(&&*plain(flag).to_lowercase()) =>
            {
                Verdict::Unclear(format!(
                    "the flag of success at `{pointer}` is {}; if that means success, name it as \
                     `success.is` in the contract file",
                    kind_of(flag)
                ))
            }
            _ => Verdict::Success,
        }
    }

    /// Returns whether the body holds the contract's sign of success: the flag has the
    /// value of a success, and there are no errors. A rule without a flag has no sign.
    pub(super) fn is_confirmed(&self, rule: &SuccessRule) -> bool {
        self.is_success(rule) == Some(true) && self.errors().is_empty()
    }

    /// Returns whether the flag shows success; `None` if it is absent, or not a boolean where
    /// the contract does not specify the flag of a success.
    fn is_success(&self, rule: &SuccessRule) -> Option<bool> {
        let flag = self.flag.as_ref()?;
        match &rule.is {
            None => boolean(flag),
            Some(words) => Some(words.contains(&plain(flag))),
        }
    }

    /// Returns the error that the body reports.
    pub(super) fn reason(&self) -> Option<String> {
        let mut reasons: Vec<String> = self.message.iter().map(plain).collect();
        reasons.extend(self.errors());
        reasons.retain(|text| !text.is_empty());
        if reasons.is_empty() { None } else { Some(reasons.join("; ")) }
    }

    fn errors(&self) -> Vec<String> {
        match &self.errors {
            Some(Json::Array(errors)) => errors.iter().map(error).collect(),
            Some(Json::Object(fields)) => {
                fields.iter().map(|(field, text)| format!("{field}: {}", plain(text))).collect()
            }
            // A placeholder, as some systems send instead of an empty list.
            Some(other) if boolean(other) == Some(false) => Vec::new(),
            other => other.iter().map(plain).filter(|text| !text.is_empty()).collect(),
        }
    }
}

/// Formats an error record: `{"Property", "Message", "Key", "Value"}`, or plain text.
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
            flag: Some("/Success".into()),
            is: None,
            message: Some("/Message".into()),
            errors: Some("/Errors".into()),
        };
        verdict(&body, &rule)
    }

    fn verdict(body: &Json, rule: &SuccessRule) -> Verdict {
        Envelope::of(body, rule).verdict(rule)
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
        for (errors, reason) in [
            (errors, "RetailerName: is taken; and more"),
            (json!({"RetailerName": "is taken"}), "RetailerName: is taken"),
            (json!("is taken"), "is taken"),
            (json!(2), "2"),
            (json!(true), "true"),
            (json!([null, "is taken", ""]), "is taken"),
            (json!([""]), "the system returned no reason"),
        ] {
            assert_eq!(
                read(json!({"Success": true, "Message": "", "Errors": errors})),
                Verdict::Failure(reason.into())
            );
        }
        for none in
            [json!([]), json!({}), json!(""), json!(" "), json!(null), json!(false), json!(0)]
        {
            assert_eq!(read(json!({"Success": true, "Errors": none})), Verdict::Success, "{none}");
        }
    }

    #[test]
    fn true_in_any_spelling_and_no_flag_are_a_success() {
        for flag in [json!(true), json!("true"), json!("TRUE"), json!("Y"), json!(1), json!("1")] {
            assert_eq!(read(json!({"Success": flag, "Errors": []})), Verdict::Success);
        }
        assert_eq!(read(json!({"Companies": []})), Verdict::Success);
        for none in [json!(null), json!(""), json!("OK"), json!("success")] {
            assert_eq!(read(json!({"Success": none})), Verdict::Success, "{none}");
        }
    }

    #[test]
    fn another_flag_shows_neither_success_nor_failure() {
        for flag in [json!("error"), json!("off"), json!(-1), json!({}), json!([])] {
            let verdict = read(json!({"Success": flag, "Errors": []}));
            assert!(matches!(verdict, Verdict::Unclear(_)), "{flag}: {verdict:?}");
        }
        let failed = json!({"Success": "error", "Errors": ["is taken"]});
        assert_eq!(read(failed), Verdict::Failure("is taken".into()));
    }

    #[test]
    fn words_of_success_are_the_only_success() {
        let rule = SuccessRule {
            flag: Some("/status".into()),
            is: Some(vec!["ok".into(), "1".into()]),
            message: Some("/why".into()),
            errors: None,
        };
        for good in [json!({"status": "ok"}), json!({"status": " ok "}), json!({"status": 1})] {
            assert_eq!(verdict(&good, &rule), Verdict::Success, "{good}");
        }
        for bad in [json!({"status": "OK!"}), json!({"status": true}), json!({}), json!([])] {
            let failure = Verdict::Failure("the system returned no reason".into());
            assert_eq!(verdict(&bad, &rule), failure, "{bad}");
        }
        let told = json!({"status": "error", "why": "name is taken"});
        assert_eq!(verdict(&told, &rule), Verdict::Failure("name is taken".into()));
    }

    #[test]
    fn without_a_rule_no_body_is_a_failure() {
        for body in [json!({"Success": false, "Errors": ["x"]}), json!([]), json!("no")] {
            assert_eq!(verdict(&body, &SuccessRule::default()), Verdict::Success);
            assert_eq!(Envelope::of(&body, &SuccessRule::default()).reason(), None);
        }
    }
}
