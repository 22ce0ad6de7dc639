// An OpenID Connect provider by other people, set up as the operators' identity provider of a Controller:
//   node --experimental-global-webcrypto provider.mjs <port> <redirect URI> <client authentication method>
// Anybody signs in as whoever they say, by the library's own development forms. The password grant, which the
// library does not have, knows two users: alice, and bob who needs a second factor.
import { createServer } from 'node:http';

import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import Provider, { errors } from 'oidc-provider';

const [port, redirectUri, authMethod] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const clientId = 'pot-controller';
const scope = 'openid profile email groups offline_access';

// Access tokens are JWTs only when they are for an API; ours is known by the client's id.
const api = 'urn:controller';
const apiInfo = {
  scope,
  audience: clientId,
  accessTokenFormat: 'jwt',
  accessTokenTTL: 300,
  jwt: { sign: { alg: 'RS256' } },
};

const claimsOf = (sub) => ({
  sub,
  preferred_username: sub,
  email: `${sub}@example.org`,
  groups: [sub === 'alice' ? 'SRE' : 'Viewer'],
});

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const jwks = { keys: [{ ...await exportJWK(privateKey), kid: 'one', use: 'sig', alg: 'RS256' }] };
const publicKeys = createLocalJWKSet({ keys: jwks.keys.map(({ kty, n, e, kid, use, alg }) => ({ kty, n, e, kid, use, alg })) });

const provider = new Provider(issuer, {
  jwks,
  clients: [{
    client_id: clientId,
    client_secret: 'secret-of-the-controller',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'password'],
    token_endpoint_auth_method: authMethod,
  }],
  clientAuthMethods: [authMethod],
  claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'], groups: ['groups'] },
  cookies: { keys: ['only for tests'] },
  extraTokenClaims: (ctx, token) => claimsOf(token.accountId),
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    revocation: { enabled: true },
    userinfo: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api,
      getResourceServerInfo: () => apiInfo,
      useGrantedResource: () => true,
    },
  },
  // The library's own endpoint takes no token that is for an API.
  discovery: { userinfo_endpoint: `${issuer}/userinfo` },
});

provider.use(async (ctx, next) => {
  if (ctx.path !== '/userinfo') {
    await next();
    return;
  }

  try {
    const { payload } = await jwtVerify(ctx.get('authorization').replace(/^Bearer /, ''), publicKeys, { issuer, audience: clientId });
    const { groups, ...claims } = claimsOf(payload.sub);
    ctx.body = { ...claims, email_verified: true };
  } catch {
    ctx.status = 401;
    ctx.body = { error: 'invalid_token' };
  }
});

provider.registerGrantType('password', async (ctx) => {
  const { client, params } = ctx.oidc;
  const { username, password, totp } = params;
  if (!['alice', 'bob'].includes(username) || password !== `${username}'s password`) {
    throw new errors.CustomOIDCProviderError('invalid_grant', 'Invalid user credentials');
  }

  if (username === 'bob' && totp !== '123456') {
    throw new errors.CustomOIDCProviderError('invalid_grant', 'Second factor required');
  }

  const grant = new provider.Grant({ accountId: username, clientId: client.clientId });
  grant.addOIDCScope(scope);
  grant.addResourceScope(api, scope);
  const grantId = await grant.save();

  const access = new provider.AccessToken({ accountId: username, client, grantId, gty: 'password', scope });
  access.resourceServer = new provider.ResourceServer(api, apiInfo);
  const refresh = new provider.RefreshToken({ accountId: username, client, grantId, gty: 'password', scope, resource: api });
  ctx.body = {
    access_token: await access.save(),
    expires_in: access.expiration,
    refresh_token: await refresh.save(),
    token_type: access.tokenType,
  };
}, ['username', 'password', 'totp']);

createServer(provider.callback()).listen(Number(port), '127.0.0.1');
