// Signs in at the Controller's embedded issuer with a standard client library that nobody here wrote: discovery,
// authorization code with PKCE, pushed authorization, UserInfo, refresh, revocation, logout.
// usage: node openid-client.mjs <public URL> <client id> <client secret> <user> <password>; exits 1 at the first surprise.
import assert from 'node:assert/strict';
import * as client from 'openid-client';

const [publicUrl, clientId, clientSecret, user, password] = process.argv.slice(2);
const redirectUri = `${publicUrl}/api/v3/user/oauth/callback`;
const scope = 'openid profile email groups offline_access';

/** Fetches as a browser does: with cookies by path, without following redirects. */
class Browser {
  #cookies = new Map();

  async get(url) {
    const { pathname } = new URL(url);
    const cookie = [...this.#cookies.values()].filter(c => pathname.startsWith(c.path)).map(c => c.pair).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';').map(p => p.trim());
      const path = attributes.find(a => a.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
      const gone = attributes.some(a => /^max-age=0$/i.test(a) || /^expires=thu, 01 jan 1970/i.test(a));
      const key = `${pair.split('=')[0]} ${path}`;
      if (gone) this.#cookies.delete(key);
      else this.#cookies.set(key, { pair, path });
    }
    return answer;
  }

  /** Follows redirects until one leads to the client. */
  async toClient(url) {
    for (let hops = 0; hops < 10; hops++) {
      const answer = await this.get(url);
      assert.ok(answer.status >= 300 && answer.status < 400, `${url} answered ${answer.status}: ${await answer.text()}`);
      const next = new URL(answer.headers.get('location'), url);
      if (next.href.startsWith(redirectUri)) return next;
      url = next.searchParams.has('interaction') ? await this.#signIn(next.searchParams.get('interaction')) : next;
    }
    assert.fail('too many redirects');
  }

  async #signIn(uid) {
    const step = async (name, body) => {
      const answer = await fetch(`${publicUrl}/api/v3/user/interaction/${uid}/${name}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}),
      });
      assert.equal(answer.status, 200, await answer.clone().text());
      return answer.json();
    };
    assert.equal((await step('login', { email: user, password })).step, 'complete');
    return (await step('complete')).redirectTo;
  }
}

async function configure(authentication) {
  return client.discovery(new URL(`${publicUrl}/oidc`), clientId, clientSecret, authentication, { execute: [client.allowInsecureRequests] });
}

async function signIn(config, browser, { pushed = false, extra = {} } = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const parameters = {
    redirect_uri: redirectUri, scope, state: expectedState, nonce: expectedNonce, code_challenge_method: 'S256',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), ...extra,
  };
  const url = pushed
    ? await client.buildAuthorizationUrlWithPAR(config, parameters)
    : client.buildAuthorizationUrl(config, parameters);
  const callback = await browser.toClient(url);
  const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
  return { tokens, callback, pkceCodeVerifier, expectedState, expectedNonce };
}

const config = await configure(client.ClientSecretBasic(clientSecret));
assert.equal(config.serverMetadata().issuer, `${publicUrl}/oidc`);
console.log('discovered');

const browser = new Browser();
const { tokens, callback, ...checks } = await signIn(config, browser);
const subject = tokens.claims().sub;
assert.match(subject, /^[0-9a-f-]{36}$/);
console.log('signed in with code and PKCE');

await assert.rejects(client.authorizationCodeGrant(config, callback, { ...checks, idTokenExpected: true }), { error: 'invalid_grant' });
console.log('a code is no good twice');

const second = await signIn(config, browser);
const userInfo = await client.fetchUserInfo(config, second.tokens.access_token, subject);
assert.equal(userInfo.preferred_username, user);
assert.ok(Array.isArray(userInfo.groups));
console.log('userinfo');

const refreshed = await client.refreshTokenGrant(config, second.tokens.refresh_token);
assert.ok(refreshed.refresh_token && refreshed.refresh_token !== second.tokens.refresh_token, 'refresh tokens rotate');
await client.fetchUserInfo(config, refreshed.access_token, subject);
console.log('refreshed');

await client.tokenRevocation(config, refreshed.access_token);
await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, subject));
console.log('revoked');

await assert.rejects(client.refreshTokenGrant(config, second.tokens.refresh_token), { error: 'invalid_grant' });
await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' });
console.log('reuse of a refresh token ends the grant');

const posted = await configure(client.ClientSecretPost(clientSecret));
const third = await signIn(posted, new Browser(), { pushed: true });
assert.equal(third.tokens.claims().sub, subject);
console.log('signed in with a pushed request and client_secret_post');

const wrong = await client.discovery(new URL(`${publicUrl}/oidc`), clientId, 'wrong', undefined, { execute: [client.allowInsecureRequests] });
await assert.rejects(client.refreshTokenGrant(wrong, 'x'), { status: 401 });
console.log('wrong secret refused');

// The provider's session: no password the second time, none without asking, until the logout.
const silent = await signIn(config, browser, { extra: { prompt: 'none' } });
assert.equal(silent.tokens.claims().sub, subject);
const logout = await browser.get(client.buildEndSessionUrl(config, { id_token_hint: silent.tokens.id_token }));
assert.ok(logout.status < 400, `logout answered ${logout.status}`);
await assert.rejects(signIn(config, browser, { extra: { prompt: 'none' } }), { error: 'login_required' });
console.log('logged out');
