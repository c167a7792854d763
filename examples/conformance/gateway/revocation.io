// Token revocation: a client gives back what it was issued, and what another was issued stays good
// source: RFC 7009 §2
// @tags gateway
// @needs oauth2
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"password","scope":"read"},null,"user12345"],"id":1}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:token","refresh_token":"$save:refresh","...":"$any"},"id":1}
// The token of another client.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/revoke basic narrow-app:narrow-secret form token=${token}
<<! 400 {"error":"unauthorized_client","...":"$any"}
// A wrong secret revokes nothing.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/revoke basic tkr7f25gd6452zy8rjsf7bwd:wrong form token=${token}
<<! 401 {"error":"invalid_client","...":"$any"}
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs","${token}"],"id":2}
<< {"jsonrpc":"2.0","result":{"client_id":"tkr7f25gd6452zy8rjsf7bwd","...":"$any"},"id":2}
// An access token goes alone, and whatever the hint says.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/revoke basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=${token} token_type_hint=refresh_token
<<! 200
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs","${token}"],"id":3}
<< {"jsonrpc":"2.0","error":{"code":-2001,"data":{"error":"invalid_token","...":"$any"},"...":"$any"},"id":3}
>> {"jsonrpc":"2.0","method":"oauth2.createAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs",{"client_id":"tkr7f25gd6452zy8rjsf7bwd","client_secret":"q13rupuifd"},{"grant_type":"refresh_token","refresh_token":"${refresh}"}],"id":4}
<< {"jsonrpc":"2.0","result":{"access_token":"$save:second","refresh_token":"$save:next","...":"$any"},"id":4}
// A refresh token takes every token of its grant along.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/revoke form token=${next} client_id=tkr7f25gd6452zy8rjsf7bwd client_secret=q13rupuifd
<<! 200
>> {"jsonrpc":"2.0","method":"oauth2.fetchAccessToken","params":["9hc6ryd3bw7mq2xv8zk4tnjs","${second}"],"id":5}
<< {"jsonrpc":"2.0","error":{"code":-2001,"data":{"error":"invalid_token","...":"$any"},"...":"$any"},"id":5}
// What is revoked already, and what nobody issued, is answered alike.
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/revoke basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=${next}
<<! 200
>>! POST /services/9hc6ryd3bw7mq2xv8zk4tnjs/oauth2/revoke basic tkr7f25gd6452zy8rjsf7bwd:q13rupuifd form token=made-up
<<! 200
