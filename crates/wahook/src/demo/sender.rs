//! The sender: posts the steps over HTTP, some at a time, as WhatsApp does.

use super::{
    plan::{Step, path},
    server::Secrets,
};
use bytes::Bytes;
use http::{Request, Uri, uri::Authority};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::task::JoinSet;
use tower_whatsapp::BoxError;
use whatsapp_testkit::{Api, request};

/// Requests at a time.
const CONNECTIONS: usize = 8;

/// The answers, by status. A challenge that is not echoed counts as status 0.
pub(super) type Answers = BTreeMap<u16, usize>;

/// Posts all steps and counts the answers; `done` is told after each.
pub(super) async fn send(
    steps: Vec<Step>,
    to: SocketAddr,
    secrets: Secrets,
    done: impl Fn() + Clone + Send + 'static,
) -> Result<Answers, BoxError> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let (steps, next) = (Arc::new(steps), Arc::new(AtomicUsize::new(0)));
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (client, steps, next) = (client.clone(), steps.clone(), next.clone());
        let (secrets, done) = (secrets.clone(), done.clone());
        connections.spawn(async move {
            let mut answers = Answers::new();
            while let Some(step) = steps.get(next.fetch_add(1, Ordering::Relaxed)) {
                let status = post(&client, step, to, &secrets).await?;
                *answers.entry(status).or_insert(0) += 1;
                done();
            }
            Ok::<_, BoxError>(answers)
        });
    }
    let mut all = Answers::new();
    while let Some(answers) = connections.join_next().await {
        for (status, count) in answers?? {
            *all.entry(status).or_insert(0) += count;
        }
    }
    Ok(all)
}

async fn post(
    client: &Client<HttpConnector, Full<Bytes>>,
    step: &Step,
    to: SocketAddr,
    secrets: &Secrets,
) -> Result<u16, BoxError> {
    const CHALLENGE: &str = "1158201444";
    let request = match step {
        Step::Notification(sample) | Step::Again(sample) => {
            let path = path(sample.api, &secrets.hook);
            match sample.api {
                Api::Cloud => request::signed(&path, &secrets.app, sample.body.clone()),
                Api::OnPremises => request::unsigned(&path, sample.body.clone()),
            }
        }
        Step::Forged(sample) => {
            request::badly_signed("/whatsapp", &secrets.app, sample.body.clone())
        }
        Step::Challenge { right } => {
            let token = if *right { secrets.token.as_str() } else { "another token" };
            request::challenge("/whatsapp", token, CHALLENGE)
        }
    };
    let answer = client.request(absolute(request, to)?).await?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await?.to_bytes();
    let echo = if let Step::Challenge { right: true } = step { CHALLENGE } else { "" };
    Ok(if status == 200 && body != echo { 0 } else { status })
}

/// The same request with a whole URI, as a client takes it.
fn absolute(request: Request<Bytes>, to: SocketAddr) -> Result<Request<Full<Bytes>>, BoxError> {
    let mut request = request.map(Full::from);
    let mut uri = std::mem::take(request.uri_mut()).into_parts();
    uri.scheme = Some(http::uri::Scheme::HTTP);
    uri.authority = Some(Authority::try_from(to.to_string())?);
    *request.uri_mut() = Uri::from_parts(uri)?;
    Ok(request)
}
