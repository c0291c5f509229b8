using System.Xml.Linq;
using Vireo.Config.Xml;

namespace Vireo.Config.Tests.Xml;

public sealed class ElementTextTests
{
    [Theory]
    [InlineData("<a b='1'><c/><d>x</d></a>", "<a b=\"1\">\n  <c/>\n  <d>x</d>\n</a>")]
    [InlineData("<a>x<b/>y</a>", "<a>x<b/>y</a>")]
    [InlineData("<a xmlns:k='u'><k:b k:c='&quot;&amp;&lt;'/><!--n--></a>", "<a xmlns:k=\"u\">\n  <k:b k:c=\"&quot;&amp;&lt;\"/>\n  <!--n-->\n</a>")]
    [InlineData("<a xmlns='u'>&gt;</a>", "<a xmlns=\"u\">&gt;</a>")]
    public void Parts_are_written_as_libxml2_writes_them(string xml, string text) => ElementText.Of(XElement.Parse(xml)).ShouldBe(text);

    [Fact]
    public void Layout_can_be_kept() => ElementText.AsItIs(XElement.Parse("<a><b/></a>")).ShouldBe("<a><b/></a>");
}
