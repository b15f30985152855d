//! Tests over real HTTP: one case per rule of the contract and per fault.

mod contract;
mod faults;
mod runtime;
mod state;

use super::*;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

/// Returns the records that these tests refer to by name.
fn sample() -> Seed {
    Seed::from_yaml(include_str!("sample.yaml")).unwrap()
}

/// Returns options for an in-memory sandbox with the sample.
fn options() -> Options {
    Options { seed: sample(), ..Options::default() }
}

/// A started sandbox with a client.
struct Bench {
    sandbox: Sandbox,
    client: Client,
}

/// A received response.
#[derive(Debug)]
struct Reply {
    status: u16,
    etag: Option<String>,
    content_type: String,
    text: String,
}

impl Reply {
    async fn of(response: Response) -> Reply {
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        Reply {
            status: response.status().as_u16(),
            etag: header("etag"),
            content_type: header("content-type").unwrap_or_default(),
            text: response.text().await.unwrap(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Returns the payload of a successful response.
    fn ok(&self) -> Value {
        let body = self.json();
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(
            (&body["Success"], &body["Message"], &body["Errors"]),
            (&json!(true), &json!(""), &json!([])),
            "{self:?}"
        );
        body
    }

    /// Returns the properties named in an error response.
    fn refused(&self) -> Vec<String> {
        let body = self.json();
        assert_eq!((self.status, &body["Success"]), (200, &json!(false)), "{self:?}");
        let errors = body["Errors"].as_array().unwrap();
        for error in errors {
            for part in ["Property", "Message", "Key", "Value"] {
                assert!(error[part].is_string(), "{part} in {self:?}");
            }
        }
        errors.iter().map(|error| error["Property"].as_str().unwrap().to_owned()).collect()
    }
}

impl Bench {
    async fn with(options: Options) -> Bench {
        Bench { sandbox: start(options).await.unwrap(), client: webhook::client().unwrap() }
    }

    async fn new() -> Bench {
        Bench::with(options()).await
    }

    async fn faulty(rules: Vec<Rule>) -> Bench {
        Bench::with(Options { faults: Faults(rules), ..options() }).await
    }

    fn request(&self, system: System, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.sandbox.url(system));
        self.client
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url)
            .header(key_header(system), key(system))
    }

    async fn get(&self, system: System, path: &str) -> Reply {
        Reply::of(self.request(system, "GET", path).send().await.unwrap()).await
    }

    async fn send(&self, system: System, method: &str, path: &str, body: Value) -> Reply {
        Reply::of(self.request(system, method, path).json(&body).send().await.unwrap()).await
    }

    /// Returns the request log as `METHOD path status effect`.
    fn log(&self) -> Vec<String> {
        let line = |request: LoggedRequest| {
            let status = request.status.map_or("-".to_owned(), |status| status.to_string());
            let effect = if request.effect { " effect" } else { "" };
            let fault = request.fault.map(|fault| format!(" {fault}")).unwrap_or_default();
            format!("{} {} {status}{effect}{fault}", request.method, request.path)
        };
        self.sandbox.store().requests().unwrap().into_iter().map(line).collect()
    }
}

/// Polls until `ask` returns a value; panics after the last attempt.
async fn eventually<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..2000 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not happen within 10 s");
}

/// Returns a seed with `count` accounts and retailers.
fn many(count: i64) -> Seed {
    let mut seed = sample();
    seed.omniparcel = (1..=count)
        .map(|n| Account {
            account_id: Some(n),
            account_name: format!("Retailer {n}"),
            disabled: false,
        })
        .collect();
    seed.omnireturns = (1..=count)
        .map(|n| ReturnsRetailer {
            retailer_id: Some(n),
            retailer_name: format!("Retailer {n}"),
            ..seed.omnireturns[0].clone()
        })
        .collect();
    seed
}
