using Vireo.Cli.Output;

namespace Vireo.Cli.Tests.Output;

/// <summary>The expected layout is what virsh 9.0 prints with --pretty.</summary>
public sealed class JsonTextTests
{
    [Fact]
    public void A_value_a_line_and_nothing_takes_three() =>
        JsonText.Indented("""{"return":[{"name":"v\"é","size":13237248,"ok":true,"none":null},[1,2]],"more":{}}""").ShouldBe("""
            {
              "return": [
                {
                  "name": "v\"é",
                  "size": 13237248,
                  "ok": true,
                  "none": null
                },
                [
                  1,
                  2
                ]
              ],
              "more": {

              }
            }

            """);
}
