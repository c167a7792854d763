// What the YM services refuse, and how they say it
// source: contract of the YM services; RFC 6749 §5.2
// @tags ym
// @needs ym
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd AppSecret=wrong GrantType=Code Code=made-up
<<! 401 {"ResponseStatus":{"ErrorCode":"invalid_client","...":"$any"},"...":"$any"}
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd AppSecret=q13rupuifd GrantType=Code Code=made-up
<<! 400 {"ResponseStatus":{"ErrorCode":"invalid_grant","...":"$any"},"...":"$any"}
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd
<<! 400 {"ResponseStatus":{"ErrorCode":"NotEmpty","...":"$any"},"...":"$any"}
>>! POST /OAuth/GetAccessToken form AppId=tkr7f25gd6452zy8rjsf7bwd AppSecret=q13rupuifd GrantType=Password
<<! 400 {"ResponseStatus":{"ErrorCode":"SerializationException","...":"$any"},"...":"$any"}
// @send Content-Type: application/json
>>! POST /OAuth/GetAccessToken
>> {"AppId":
<<! 400 {"ResponseStatus":{"ErrorCode":"SerializationException","...":"$any"},"...":"$any"}
// On the OIDC routes JSON errors are those of RFC 6749 too.
>>! POST /OAuth/OIDC/GetAccessToken form grant_type=authorization_code code=made-up redirect_uri=https://client.example.com/cb client_id=tkr7f25gd6452zy8rjsf7bwd client_secret=q13rupuifd
<<! 400 {"error":"invalid_grant","error_description":"$string","ResponseStatus":{"ErrorCode":"invalid_grant","...":"$any"},"...":"$any"}
// A parameter twice, and a secret in the query.
>>! POST /OAuth/OIDC/GetAccessToken form grant_type=authorization_code code=a code=b client_id=tkr7f25gd6452zy8rjsf7bwd client_secret=q13rupuifd
<<! 400 {"ResponseStatus":{"ErrorCode":"invalid_request","...":"$any"},"...":"$any"}
>>! POST /OAuth/GetAccessToken?AppSecret=q13rupuifd form AppId=tkr7f25gd6452zy8rjsf7bwd GrantType=Code Code=a
<<! 400 {"ResponseStatus":{"ErrorCode":"invalid_request","...":"$any"},"...":"$any"}
// Another method is not there.
>>! GET /OAuth/GetAccessToken
<<! 404 "404"
