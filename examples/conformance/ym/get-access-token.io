// A code made over JSON-RPC is redeemed and refreshed by GetAccessToken, and its token is known to both
// source: contract of the YM services; documentation of GetAccessToken
// @tags ym
// @needs ym
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb"},"read","user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":1}
// @header Cache-Control: no-store
// @header Pragma: no-cache
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd AppSecret=q13rupuifd GrantType=Code Code=${code}
<<! 200 {"AccessToken":"$save:token","RefreshToken":"$save:refresh","ExpiresOnUtc":"$now+3600±10","GrantType":"Code","Scope":"read","...":"$any"}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["rmeqcgpw3zu2y47y9bs8vs2h","${token}"],"id":2}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","user_context":"user12345","scope":"read","...":"$any"},"id":2}
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd AppSecret=q13rupuifd GrantType=RefreshToken RefreshToken=${refresh}
<<! 200 {"AccessToken":"$save:second","GrantType":"RefreshToken","...":"$any"}
// A code is good once.
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd AppSecret=q13rupuifd GrantType=Code Code=${code}
<<! 400 {"ResponseStatus":{"ErrorCode":"invalid_grant","...":"$any"},"...":"$any"}
// The old spelling of the secret's name.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb"},"read","user12345"],"id":3}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":3}
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd AppSecert=q13rupuifd GrantType=Code Code=${code}
<<! 200 {"AccessToken":"$string","...":"$any"}
// As JSON, and as JSV with the answer in XML.
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb"},"read","user12345"],"id":4}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":4}
// @send Content-Type: application/json
>>! POST /OAuth/GetAccessToken
>> {"AppId":"tkr7f25gd6452zy8rjsf7bwd","AppSecret":"q13rupuifd","GrantType":"Code","Code":"${code}"}
<<! 200 {"AccessToken":"$string","...":"$any"}
>> {"jsonrpc":"2.0","method":"oauth2.createAuthorizationCode","params":["rmeqcgpw3zu2y47y9bs8vs2h",{"client_id":"tkr7f25gd6452zy8rjsf7bwd"},{"redirect_uri":"https://client.example.com/cb"},"read","user12345"],"id":5}
<< {"jsonrpc":"2.0","result":{"code":"$save:code","uri":"$any"},"id":5}
// @send Content-Type: application/jsv
// @header Content-Type: $re:application/xml.*
>>! POST /OAuth/GetAccessToken.xml
>> {AppId:tkr7f25gd6452zy8rjsf7bwd,AppSecret:q13rupuifd,GrantType:Code,Code:${code}}
<<! 200 "$re:(?s).*<AccessToken>rpa_[0-9A-Za-z]{60}</AccessToken>.*"
