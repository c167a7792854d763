// OIDCGetAccessToken is a token endpoint for standard OAuth clients
// source: contract of the YM services; RFC 6749 §4.1.3, §5 and §6
// @tags ym
// @needs ym
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb"},"read","user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
// @header Cache-Control: no-store
// @header Pragma: no-cache
>>! POST /OAuth/OIDC/GetAccessToken form grant_type=authorization_code code=${code} redirect_uri=https://client.example.com/cb client_id=tkr7f25gd6452zy8rjsf7bwd client_secret=q13rupuifd
<<! 200 {"access_token":"$save:token","token_type":"Bearer","expires_in":3600,"refresh_token":"$save:refresh","...":"$any"}
// The client proves itself by HTTP Basic.
>>! POST /OAuth/GetToken basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form grant_type=refresh_token refresh_token=${refresh}
<<! 200 {"access_token":"$string","refresh_token":"$string","...":"$any"}
// With scope openid there is an id_token, signed by a key that is published.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb"},"openid read","user12345"],"id":2}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":2}
>>! POST /OAuth/OIDC/GetAccessToken form grant_type=authorization_code code=${code} redirect_uri=https://client.example.com/cb client_id=tkr7f25gd6452zy8rjsf7bwd client_secret=q13rupuifd
<<! 200 {"id_token":"$re:[\\w-]+\\.[\\w-]+\\.[\\w-]+","...":"$any"}
>>! GET /.well-known/jwks
<<! 200 {"keys":"$any"}
