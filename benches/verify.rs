//! Verifying signatures: the HMAC is the floor of this job.

use benches::{SECRET, payloads};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use whatsapp_signature::{AppSecret, Signer, Verifier};

fn verify(criterion: &mut Criterion) {
    let Ok(secret) = AppSecret::new(SECRET) else { return };
    let signer = Signer::new(&secret);
    let verifier = Verifier::new(secret);
    let mut group = criterion.benchmark_group("verify");
    for (name, bodies) in payloads() {
        let Some(body) = bodies.first() else { continue };
        let header = signer.sign(body).to_string();
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(format!("{name}/hmac"), |bencher| {
            bencher.iter(|| signer.sign(body));
        });
        group.bench_function(format!("{name}/verify"), |bencher| {
            bencher.iter(|| verifier.verify(&header, body));
        });
    }
    group.finish();
}

criterion_group!(benches, verify);
criterion_main!(benches);
