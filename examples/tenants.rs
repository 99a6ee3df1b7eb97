//! One webhook for many tenants, each with secrets of its own, which come and go and rotate while
//! it runs: looked up for each request, here in a file, in your service in a database.
//!
//! ```sh
//! printf '%s\n' 'north north_secret north_token' 'south south_secret south_token' > tenants.txt
//! TENANTS=tenants.txt cargo run --example tenants
//! curl 'http://127.0.0.1:3000/whatsapp/north?hub.mode=subscribe&hub.challenge=7&hub.verify_token=north_token'
//! curl -i http://127.0.0.1:3000/whatsapp/east     # 404, as any other path that does not exist
//! ```

use axum::{Router, routing::get};
use examples::{address, print, variable};
use std::{io, path::Path, sync::Arc};
use tokio::net::TcpListener;
use tower_whatsapp::{
    AppSecret, BoxError, Cloud, Dispatch, EventRouter, Lookup, Verifier, WebhookLayer,
};

/// Where the tenants are: a line each, with its name, its app secret and its verify token; while a
/// secret rotates, two lines.
#[derive(Clone)]
struct Db {
    file: Arc<Path>,
}

impl Db {
    /// The secrets and tokens of a tenant.
    async fn tenant(&self, name: &str) -> io::Result<Vec<(String, String)>> {
        let lines = tokio::fs::read_to_string(&*self.file).await?;
        let lines = lines.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let of_tenant = lines.filter_map(|line| match line[..] {
            [tenant, secret, token] if tenant == name => Some((secret.into(), token.into())),
            _ => None,
        });
        Ok(of_tenant.collect())
    }

    async fn endpoint(&self, lookup: &Lookup) -> Result<Option<Cloud>, BoxError> {
        let tenant = self.tenant(lookup.tenant()).await?;
        let Some((_, token)) = tenant.first() else { return Ok(None) };
        let mut verifier = Verifier::builder();
        for (number, (secret, _)) in tenant.iter().enumerate() {
            verifier = verifier.secret(format!("line-{number}"), AppSecret::new(&**secret)?);
        }
        let cloud = Cloud::new(verifier.build()?).verify_token(&**token)?;
        // Known as this in logs, metrics and on each notification: it is a name of ours.
        Ok(Some(cloud.label(lookup.tenant())))
    }
}

fn app(file: &Path) -> Result<Router, BoxError> {
    let db = Db { file: file.into() };
    let tenants = tower::service_fn(move |lookup: Lookup| {
        let db = db.clone();
        async move { db.endpoint(&lookup).await }
    });
    let webhook = WebhookLayer::builder()
        .lookup("/whatsapp/{tenant}", tenants)
        .max_lookups(32) // of a database's connections, say
        .deliver_to(Dispatch::new(EventRouter::builder().fallback(print).build()?))
        .build()?;
    Ok(Router::new().route("/health", get(async || "ok")).layer(webhook))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let app = app(Path::new(&variable("TENANTS")?))?;
    let listener = TcpListener::bind(address()?).await?;
    println!("listening on http://{}/whatsapp/<tenant>", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use std::fs;
    use tower::ServiceExt;
    use whatsapp_testkit::{Samples, request};

    #[tokio::test]
    async fn tenants_come_and_secrets_rotate_without_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tenants.txt");
        let app = app(&file).unwrap();
        let post = async |tenant: &str, secret: &str| {
            let secret = AppSecret::new(secret).unwrap();
            let path = format!("/whatsapp/{tenant}");
            let request = request::signed(&path, &secret, Samples::new(1).text().body);
            app.clone().oneshot(request.map(Body::from)).await.unwrap().status().as_u16()
        };
        // The database is away: WhatsApp will come again.
        assert_eq!(post("north", "one").await, 503);
        fs::write(&file, "north one t\n").unwrap();
        assert_eq!((post("north", "one").await, post("south", "two").await), (200, 404));
        fs::write(&file, "north one t\nsouth two t\n").unwrap();
        assert_eq!((post("south", "two").await, post("south", "one").await), (200, 401));
        fs::write(&file, "north new t\nnorth one t\n").unwrap();
        assert_eq!((post("north", "new").await, post("north", "one").await), (200, 200));
        fs::write(&file, "north new t\n").unwrap();
        assert_eq!((post("north", "new").await, post("north", "one").await), (200, 401));
        assert_eq!(post("south", "two").await, 404);
    }
}
