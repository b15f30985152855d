//! A system that answers as a test says, and a client of it.

use super::super::{CallError, Client, ClientConfig, Headers, Http, Redactor};
use crate::config;
use crate::model::{Contract, Limits, System};
use crate::systems::addresses::Addresses;
use crate::systems::budget::MemoryBudget;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use secrecy::SecretString;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A received request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReceivedRequest {
    /// `METHOD path?query`
    pub call: String,
    pub body: Json,
    pub headers: HeaderMap,
}

/// A client of a scripted system, and the requests it sent.
pub(super) struct ScriptedSystem {
    pub client: Client,
    pub asked: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl ScriptedSystem {
    /// Starts a scripted system with a contract for OmniReturns: these lines, and the other
    /// required ones.
    pub(super) async fn start(
        contract: &str,
        answer: impl Fn(&ReceivedRequest) -> (u16, Json) + Clone + Send + Sync + 'static,
    ) -> ScriptedSystem {
        ScriptedSystem::limited(Limits { retries: 1, ..Limits::default() }, contract, answer).await
    }

    /// Like [`ScriptedSystem::start`], with these limits.
    pub(super) async fn limited(
        limits: Limits,
        contract: &str,
        answer: impl Fn(&ReceivedRequest) -> (u16, Json) + Clone + Send + Sync + 'static,
    ) -> ScriptedSystem {
        let contract = of_omnireturns(contract);
        ScriptedSystem::serve_limited(limits, System::Omnireturns, contract, answer).await
    }

    /// Like [`ScriptedSystem::start`], with headers in the answers.
    pub(super) async fn with_headers(
        contract: &str,
        answer: impl Fn(&ReceivedRequest) -> (u16, HeaderMap, Json) + Clone + Send + Sync + 'static,
    ) -> ScriptedSystem {
        let limits = Limits { retries: 1, ..Limits::default() };
        ScriptedSystem::limited_with_headers(limits, contract, answer).await
    }

    /// Like [`ScriptedSystem::with_headers`], with these limits.
    pub(super) async fn limited_with_headers(
        limits: Limits,
        contract: &str,
        answer: impl Fn(&ReceivedRequest) -> (u16, HeaderMap, Json) + Clone + Send + Sync + 'static,
    ) -> ScriptedSystem {
        let contract = of_omnireturns(contract);
        ScriptedSystem::serve_with_headers(limits, System::Omnireturns, contract, answer).await
    }

    /// Starts a scripted system, and a client that retries once.
    pub(super) async fn serve(
        system: System,
        contract: Contract,
        answer: impl Fn(&ReceivedRequest) -> (u16, Json) + Clone + Send + Sync + 'static,
    ) -> ScriptedSystem {
        let limits = Limits { retries: 1, ..Limits::default() };
        ScriptedSystem::serve_limited(limits, system, contract, answer).await
    }

    pub(super) async fn serve_limited(
        limits: Limits,
        system: System,
        contract: Contract,
        answer: impl Fn(&ReceivedRequest) -> (u16, Json) + Clone + Send + Sync + 'static,
    ) -> ScriptedSystem {
        let answer = move |asked: &ReceivedRequest| {
            let (status, body) = answer(asked);
            (status, HeaderMap::new(), body)
        };
        ScriptedSystem::serve_with_headers(limits, system, contract, answer).await
    }

    /// Starts a scripted system that answers with headers, too.
    async fn serve_with_headers(
        limits: Limits,
        system: System,
        contract: Contract,
        answer: impl Fn(&ReceivedRequest) -> (u16, HeaderMap, Json) + Clone + Send + Sync + 'static,
    ) -> ScriptedSystem {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let call = format!("{method} {}", uri.path_and_query().unwrap());
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let asked = ReceivedRequest { call, body, headers };
            let (status, headers, body) = answer(&asked);
            log.lock().unwrap().push(asked);
            let text = match &body {
                Json::Null => String::new(),
                // Marks a body that is not JSON.
                Json::String(page) if page.starts_with('<') => page.replace("<BOM>", "\u{feff}"),
                body => body.to_string(),
            };
            async move { (StatusCode::from_u16(status).unwrap(), headers, text) }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/base/", listener.local_addr().unwrap()).parse().unwrap();
        let router = Router::new().fallback(handler);
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        let headers = Headers {
            key: contract.key_header.parse().unwrap(),
            idempotency: contract.idempotency_header.parse().unwrap(),
            fixed: HeaderMap::new(),
            secret: HeaderMap::new(),
        };
        let connection = ClientConfig {
            http: Http { direct: crate::systems::http_client(&[&base]).unwrap(), remote: None },
            base,
            headers,
            key: SecretString::from("k"),
            redactor: Redactor::default(),
            requests_per_second: None,
            limits,
            budget: MemoryBudget::new(limits.max_held_mib),
            addresses: Addresses::default(),
            on_create_only: BTreeSet::new(),
        };
        ScriptedSystem { client: Client::new(system, contract, connection), asked }
    }

    /// Returns the requests so far, without headers.
    pub(super) fn asked(&self) -> Vec<(String, Json)> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|asked| (asked.call.clone(), asked.body.clone())).collect()
    }

    pub(super) async fn ids(&self) -> Result<Vec<String>, CallError> {
        let records = self.client.records().await?;
        Ok(records.into_iter().map(|record| record.id.to_string()).collect())
    }
}

/// Returns a contract for OmniReturns: these lines, and the other required ones.
fn of_omnireturns(contract: &str) -> Contract {
    let mut text = format!("omnireturns:\n{contract}\n");
    for (key, usual) in [
        ("key_header", "Key"),
        ("list", "{path: /all, items: \"\", paging: {style: none}}"),
        ("id", "/id"),
        ("name", "/name"),
        ("fields", "{omnireturns.portal: {at: /portal}}"),
    ] {
        if !contract.lines().any(|line| line.starts_with(&format!("  {key}:"))) {
            text.push_str(&format!("  {key}: {usual}\n"));
        }
    }
    config::contracts(&text).remove(&System::Omnireturns).expect(&text)
}
