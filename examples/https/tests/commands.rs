//! The commands in the example's head, with the machine's own `openssl` and `curl`.

use super::*;
use crate::self_signed;
use tokio::process::Command;

/// What stands in the head's two blocks, around `cargo run`.
fn blocks() -> Vec<[String; 2]> {
    let head = include_str!("../main.rs").lines().map_while(|line| line.strip_prefix("//!"));
    let head: String =
        head.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
    let blocks = head.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks
        .map(|block| {
            let (before, rest) = block.split_at(block.find("cargo run").unwrap());
            let before = before.rsplit_once('\n').unwrap().0;
            [before.to_owned(), rest.split_once('\n').unwrap().1.to_owned()]
        })
        .collect()
}

/// Runs commands in a folder and gives what they print.
async fn shell(folder: &Path, commands: &str) -> String {
    let output = Command::new("sh")
        .args(["-euc", commands])
        .env("WHATSAPP_APP_SECRET", "secret")
        .current_dir(folder)
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{commands}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_commands_in_the_head_do_what_it_says() {
    if !are_installed(&["sh", "openssl", "curl"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    self_signed::make(&at("cert.pem"), &at("key.pem")).unwrap();
    let [plain, mutual] = &blocks()[..] else { panic!("two blocks") };
    shell(folder.path(), &mutual[0]).await;

    let clients = Clients { ca: at("ca.pem"), auth: ClientAuth::Required };
    for (clients, certificate, commands) in [
        (None, None, plain[1].clone()),
        (Some(clients), Some(ClientCertificate::meta()), format!("{}{}", plain[1], mutual[1])),
    ] {
        let demands = certificate.is_some();
        let files = Files { certificate: at("cert.pem"), key: at("key.pem"), clients };
        let tls = Tls::open(files).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = app("secret", "token", certificate).unwrap();
        tokio::spawn(serve(listener, tls.current(), app, Limits::default()));
        // The first block's curl has no certificate to show.
        let commands = if demands { commands.replacen("curl", "! curl", 1) } else { commands };
        let commands = commands.replace(":3000", &format!(":{port}"));
        let answer = shell(folder.path(), &commands).await;
        assert_eq!(answer.matches("HTTP/2 200").count(), 1, "{answer}");
    }
}

/// OpenSSL is the second opinion on how subjects are written: nginx has it write them.
#[tokio::test]
async fn a_subject_as_openssl_writes_it_is_read_as_it_was_meant() {
    if !are_installed(&["openssl"]) {
        return;
    }
    let local = ClientCertificate::meta().via_proxy(SUBJECT, [[127, 0, 0, 1].into()]);
    let server = Server::start(Some(local), None).await;
    let client = server.client(None);
    let authority = Authority::root("the clients' CA");
    let odd = format!(" #\"x\\,CN={META}+CN={META};CN={META}<é\u{1f600}>\\ ");
    for (name, status) in [(META, 200), ("another", 401)] {
        let mut params = super::client(name);
        params.distinguished_name.push(DnType::OrganizationName, &*odd);
        params.distinguished_name.push(DnType::CustomDnType(vec![1, 2, 3, 4]), &*odd);
        fs::write(server.folder.path().join("client.pem"), authority.issue(params).pem).unwrap();
        let command = "openssl x509 -in client.pem -noout -subject -nameopt RFC2253";
        let subject = shell(server.folder.path(), command).await;
        let subject = subject.trim_end().strip_prefix("subject=").unwrap();
        assert!(subject.contains("CN") && subject.contains("\\,"), "{subject}");
        let mut request = notification(1);
        request.headers_mut().insert(SUBJECT, subject.parse().unwrap());
        assert_eq!(client.send(request).await, status, "{subject}");
    }
}

#[test]
fn a_self_signed_pair_is_made_once_and_its_key_is_its_owners() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    self_signed::make(&certificate, &key).unwrap();
    let made = fs::read(&certificate).unwrap();
    self_signed::make(&certificate, &key).unwrap();
    assert_eq!(fs::read(&certificate).unwrap(), made);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::remove_file(&certificate).unwrap();
    assert!(self_signed::make(&certificate, &key).is_err());
}
