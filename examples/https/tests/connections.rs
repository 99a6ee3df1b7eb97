//! Peers that do not keep to the rules, and more of them than there is room for.

use super::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time,
};

#[tokio::test]
async fn a_broken_handshake_costs_nobody_else_anything() {
    let server = Server::start(None, None).await;
    let mut kept = server.client(None).open().await.unwrap();
    for sent in [&b""[..], b"GET /health HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x40\x00\x01", &[0; 4096]]
    {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        stream.shutdown().await.unwrap();
        // An alert or nothing, then the end.
        drop(stream.read_to_end(&mut Vec::new()).await);
    }
    assert_eq!(kept.send(notification(1)).await.unwrap(), 200);
    assert_eq!(server.client(None).send(notification(2)).await, 200);
}

/// The clock goes on when nothing else does.
#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_shown_out() {
    let server = Server::start(None, None).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn who_says_nothing_after_the_handshake_is_shown_out_too() {
    let server = Server::start(None, None).await;
    for http2 in [false, true] {
        let mut silent = server.client(None).over(http2).connect().await.unwrap();
        time::pause();
        drop(silent.read_to_end(&mut Vec::new()).await);
        time::resume();
    }
}

/// A client that answers pings is alive, and need not ask for anything ever again.
#[tokio::test]
async fn who_asks_for_nothing_more_is_shown_out_over_http2_too() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = Server::limited(None, None, limits).await;
    for http2 in [false, true] {
        let mut idle = server.client(None).over(http2).open().await.unwrap();
        assert_eq!(idle.send(notification(1)).await.unwrap(), 200);
        let client = server.client(None);
        let next = tokio::spawn(async move { client.send(notification(2)).await });
        // The clock goes on when nothing else does.
        time::pause();
        let next = time::timeout(100 * limits.idle, next).await.expect("a place");
        assert_eq!(next.unwrap(), 200);
        time::resume();
        drop(idle);
    }
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_a_place() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = Server::limited(None, None, limits).await;
    let mut first = server.client(None).open().await.unwrap();
    assert_eq!(first.send(notification(1)).await.unwrap(), 200);
    let client = server.client(None);
    let second = tokio::spawn(async move { client.send(notification(2)).await });
    for seed in 0..20 {
        assert_eq!(first.send(notification(seed)).await.unwrap(), 200);
    }
    assert!(!second.is_finished());
    drop(first);
    assert_eq!(second.await.unwrap(), 200);
}
