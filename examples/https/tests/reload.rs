//! Files that change while the server runs.

use super::*;
use std::time::Duration;
use tokio::{sync::watch, task::JoinSet};

/// Posts notifications one after the other until `stop`, over one connection or each over its own.
/// `answered` counts them. The first that is not answered with 200 ends it.
async fn load(
    client: Client,
    one_connection: bool,
    answered: watch::Sender<u64>,
    stop: watch::Receiver<bool>,
) -> Result<(), String> {
    let mut kept = None;
    while !*stop.borrow() {
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => client.open().await.map_err(|error| error.to_string())?,
        };
        let seed = *answered.borrow();
        let status =
            connection.send(notification(seed)).await.map_err(|error| error.to_string())?;
        if status != 200 {
            return Err(status.to_string());
        }
        answered.send_modify(|count| *count += 1);
        kept = one_connection.then_some(connection);
    }
    Ok(())
}

/// The clients of a test, under way.
struct Load {
    answered: Vec<watch::Receiver<u64>>,
    stop: watch::Sender<bool>,
    clients: JoinSet<Result<(), String>>,
}

impl Load {
    /// Two clients for each version of HTTP: one keeps its connection, one makes a new one each
    /// time.
    fn of(client: &Client) -> Self {
        let mut load =
            Load { answered: Vec::new(), stop: watch::Sender::new(false), clients: JoinSet::new() };
        for (http2, one_connection) in [(false, false), (false, true), (true, false), (true, true)]
        {
            let answered = watch::Sender::new(0);
            load.answered.push(answered.subscribe());
            let client = client.clone().over(http2);
            load.clients.spawn(self::load(client, one_connection, answered, load.stop.subscribe()));
        }
        load
    }

    /// Waits until each client has had some more answers, or one has failed.
    async fn goes_on(&mut self) {
        for answered in &mut self.answered {
            let enough = *answered.borrow() + 10;
            if answered.wait_for(|count| *count >= enough).await.is_err() {
                panic!("a client has failed: {:?}", self.clients.join_next().await);
            }
        }
    }

    async fn end(self) {
        self.stop.send_replace(true);
        for result in self.clients.join_all().await {
            result.unwrap();
        }
    }
}

impl Server {
    /// What two looks bring.
    async fn look_twice(&mut self) -> Result<bool, String> {
        assert!(!self.tls.look().await.unwrap(), "once is not enough");
        self.tls.look().await.map_err(|error| error.to_string())
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_certificates_are_replaced() {
    let meta = Authority::root("the clients' CA");
    let certificate = Some(ClientCertificate::meta());
    let mut server = Server::start(certificate, Some((&meta, ClientAuth::Optional))).await;
    let mut load = Load::of(&server.client(Some(&meta.client(META))));
    for _ in 0..5 {
        let before = server.shown().await;
        let new = server.authority.server();

        server.write("cert.pem", &new.pem);
        let fault = server.look_twice().await.unwrap_err();
        assert!(fault.contains("cert.pem"), "the key is another's: {fault}");
        load.goes_on().await;
        server.write("key.pem", &new.key.serialize_pem()[..100]);
        let fault = server.look_twice().await.unwrap_err();
        assert!(fault.contains("key.pem"), "half a key: {fault}");
        load.goes_on().await;
        assert_eq!(server.shown().await, before);

        server.write("key.pem", &new.key.serialize_pem());
        assert_eq!(server.look_twice().await, Ok(true));
        assert_eq!(server.shown().await, new.chain[0]);
        assert_ne!(before, new.chain[0]);
        load.goes_on().await;
    }
    load.end().await;
}

#[tokio::test]
async fn what_cannot_be_used_leaves_all_as_it_was() {
    let mut server = Server::start(None, None).await;
    let before = server.shown().await;
    let pair = server.authority.server();
    let (whole, key) = (&pair.pem, pair.key.serialize_pem());
    let other = KeyPair::generate().unwrap().serialize_pem();
    for (certificate, key, expected) in [
        ("", &*key, "cert.pem: there is no certificate in it"),
        (&whole[..whole.len() / 2], &key, "cert.pem: it breaks off, or is no PEM"),
        (&key, whole, "cert.pem: there is no certificate in it"),
        (whole, "", "key.pem: there is no private key in it"),
        (whole, "canary: no key at all", "key.pem: there is no private key in it"),
        (whole, "-----BEGIN PRIVATE KEY canary", "key.pem: there is no private key in it"),
        (whole, &other, "cert.pem: keys may not be consistent: KeyMismatch"),
    ] {
        server.write("cert.pem", certificate);
        server.write("key.pem", key);
        let fault = server.look_twice().await.unwrap_err();
        assert!(fault.ends_with(expected), "{fault}");
        assert_eq!(server.tls.look().await.ok(), Some(false), "a fault is told once");
        assert_eq!(server.shown().await, before);
    }
    server.write("cert.pem", &" ".repeat(2 << 20));
    assert!(server.tls.look().await.unwrap_err().to_string().ends_with("longer than 1 MiB"));
    let path = server.folder.path().join("cert.pem");
    fs::remove_file(&path).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(server.tls.look().await.unwrap_err().to_string().ends_with("it is no file"));
        fs::remove_file(&path).unwrap();
    }
    assert!(server.tls.look().await.unwrap_err().to_string().contains("cert.pem"));
    put(&server.folder, &pair);
    assert_eq!(server.look_twice().await, Ok(true));
    assert_eq!(server.shown().await, pair.chain[0]);
}

#[tokio::test]
async fn the_clients_ca_can_be_replaced_too() {
    let (old, new) = (Authority::root("the old CA"), Authority::root("the new CA"));
    let certificate = Some(ClientCertificate::meta());
    let mut server = Server::start(certificate, Some((&old, ClientAuth::Required))).await;
    let (old_client, new_client) = (old.client(META), new.client(META));
    let (old_client, new_client) =
        (server.client(Some(&old_client)), server.client(Some(&new_client)));
    let mut kept = old_client.open().await.unwrap();
    assert_eq!(kept.send(notification(1)).await.unwrap(), 200);

    server.write("ca.pem", &format!("{}{}", old.pem, new.pem));
    assert_eq!(server.look_twice().await, Ok(true));
    for client in [&old_client, &new_client] {
        assert_eq!(client.send(notification(2)).await, 200);
    }
    server.write("ca.pem", &new.pem);
    assert_eq!(server.look_twice().await, Ok(true));
    assert_eq!(new_client.send(notification(3)).await, 200);
    // A session of before, under the CA of before, is not resumed.
    let refused = match old_client.open().await {
        Ok(mut connection) => connection.send(notification(4)).await.is_err(),
        Err(_) => true,
    };
    assert!(refused);
    assert_eq!(kept.send(notification(5)).await.unwrap(), 200, "a connection of before goes on");
}

#[tokio::test]
async fn the_watch_finds_new_files_by_itself() {
    let server = Server::start(None, None).await;
    let mut current = server.tls.current();
    let pair = server.authority.server();
    put(&server.folder, &pair);
    tokio::spawn(server.tls.watch(Duration::from_millis(1)));
    current.changed().await.unwrap();
    drop(server.folder);
}
