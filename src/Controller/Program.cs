using Microsoft.Data.Sqlite;
using NSec.Cryptography;
var b = WebApplication.CreateSlimBuilder(args);
var app = b.Build();
using (var c = new SqliteConnection("Data Source=:memory:")) { c.Open(); using var cmd = c.CreateCommand(); cmd.CommandText = "select sqlite_version()"; Console.WriteLine(cmd.ExecuteScalar()); }
using var k = Key.Create(SignatureAlgorithm.Ed25519);
var msg = new byte[400];
var sig = SignatureAlgorithm.Ed25519.Sign(k, msg);
var sw = System.Diagnostics.Stopwatch.StartNew();
for (int i = 0; i < 5000; i++) if (!SignatureAlgorithm.Ed25519.Verify(k.PublicKey, msg, sig)) throw new Exception();
Console.WriteLine($"verify us {sw.Elapsed.TotalMicroseconds / 5000}");
